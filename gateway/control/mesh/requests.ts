// What sidecars may send to the mesh door, read whole or refused.

import type { IncomingMessage } from 'node:http'
import { Type, type Static, type TSchema } from 'typebox'
import { BUCKETS } from '../../../sidecar/telemetry/metrics.ts'
import { MAX_OUTCOMES, MAX_PEERS } from '../../../sidecar/telemetry/traffic-figures.ts'
import { readShape } from '../../../sidecar/snapshot/read-snapshot.ts'
import { refusal, type Answer } from './answers.ts'

export const MAX_BODY_BYTES = 8192
/** All rows of a sidecar that knows everybody are not as long. */
export const MAX_FIGURES_BYTES = 65_536

const CLOSED = { additionalProperties: false }
const SERVICE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$'

const Csr = Type.String({ minLength: 1, maxLength: MAX_BODY_BYTES })
const Service = Type.String({ pattern: SERVICE_PATTERN })
const Credential = Type.String({ minLength: 1, maxLength: MAX_BODY_BYTES })
const LeaseId = Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' })
const Label = Type.Union([Type.String({ pattern: '^[A-Za-z0-9._+-]{1,64}$' }), Type.Null()])

const state = {
  healthy: Type.Boolean(),
  status: Type.Enum(['starting', 'up', 'down', 'draining']),
}

export const JoinBody = Type.Object(
  {
    token: Type.Optional(Credential),
    jwt: Type.Optional(Credential),
    csrPem: Csr,
    service: Service,
  },
  CLOSED,
)

export const RenewBody = Type.Object({ csrPem: Csr }, CLOSED)

export const RegisterBody = Type.Object(
  {
    /** Who the caller says it is; it must be who the certificate says. */
    service: Type.Optional(Service),
    instance: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
    epoch: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    protocol: Type.Literal('http1'),
    version: Label,
    zone: Label,
    weight: Type.Integer({ minimum: 1, maximum: 10_000 }),
    address: Type.Union([Type.String({ minLength: 2, maxLength: 45 }), Type.Null()]),
    ...state,
  },
  CLOSED,
)

export const HeartbeatBody = Type.Object({ leaseId: LeaseId, ...state }, CLOSED)

export const LeaseBody = Type.Object({ leaseId: LeaseId }, CLOSED)

const Count = Type.Integer({ minimum: 0, maximum: 1e9 })

const TrafficRow = Type.Object(
  {
    direction: Type.Enum(['inbound', 'outbound']),
    peer: Type.Union([Service, Type.Literal('')]),
    outcomes: Type.Array(
      Type.Tuple([
        Type.Integer({ minimum: 0, maximum: 999 }),
        Type.String({ pattern: '^[a-z0-9_]{1,64}$' }),
        Count,
      ]),
      { maxItems: MAX_OUTCOMES },
    ),
    buckets: Type.Array(Count, { minItems: BUCKETS.length + 1, maxItems: BUCKETS.length + 1 }),
    sumMs: Type.Number({ minimum: 0, maximum: 1e15 }),
  },
  CLOSED,
)

export const FiguresBody = Type.Object(
  {
    leaseId: LeaseId,
    running: Count,
    // Those of each direction, and one for the rest.
    rows: Type.Array(TrafficRow, { maxItems: 2 * (MAX_PEERS + 1) }),
  },
  CLOSED,
)

/** The parsed body of a request, or the answer that refuses it. Reads at most `maxBytes`. */
export async function readJson(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<{ readonly value: unknown } | Answer> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') return refusal('body_not_of_that_type', 'send application/json')
  const chunks: Buffer[] = []
  let bytes = Number(request.headers['content-length'] ?? 0)
  if (bytes > maxBytes) return refusal('body_too_large')
  bytes = 0
  // Not destroyed where it is left: the refusal has yet to go out on the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) return refusal('body_too_large')
    chunks.push(chunk)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return { value: JSON.parse(text) as unknown }
  } catch {
    return refusal('body_not_json')
  }
}

/** `value` of that shape, or the answer that refuses it. */
export function readBody<Shape extends TSchema>(
  shape: Shape,
  value: unknown,
): { readonly value: Static<Shape> } | Answer {
  const shaped = readShape(shape, value)
  return 'problem' in shaped ? refusal('body_invalid', shaped.problem) : shaped
}
