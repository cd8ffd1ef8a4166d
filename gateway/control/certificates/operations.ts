// Certificates in the admin API: what there is, what clients are shown, and putting a new one in place.

import { isIP } from 'node:net'
import { Type } from 'typebox'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import { page } from '../admin/page.ts'
import type { Certificates } from './certificates.ts'
import { serialOf } from './describe.ts'
import { isDue } from './inventory.ts'
import {
  Certificate,
  CertificateFault,
  CertificatePage,
  CertificateQuery,
  ServedAnswer,
  ServedQuery,
  UploadAnswer,
  UploadBody,
} from './schemas.ts'

const CLOSED = { additionalProperties: false }
/** A chain and a key at their longest, as JSON. */
const MAX_BODY_BYTES = 1024 * 1024
const DNS_OR_ADDRESS =
  '^(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'

export function certificateOperations(certificates: Certificates): readonly Operation[] {
  return [...reading(certificates), ...writing(certificates)]
}

function reading(certificates: Certificates): Operation[] {
  return [
    {
      id: 'listCertificates',
      method: 'GET',
      path: '/api/v1/certificates',
      role: 'viewer',
      summary:
        'Every certificate this node depends on, the one that runs out first in front; no private key.',
      query: CertificateQuery,
      answer: CertificatePage,
      run({ query }) {
        const { items, faults } = certificates.inventory()
        const { kind = '', dueWithinDays } = query
        const kinds = kind === '' ? null : new Set(kind.split(','))
        const wanted = items.filter(
          (item) =>
            (kinds === null || kinds.has(item.kind)) &&
            (dueWithinDays === undefined || isDue(item, Number(dueWithinDays))),
        )
        return { ...page(wanted, query, sortKey), faults, uploads: certificates.listeners }
      },
    },
    {
      id: 'listServedCertificates',
      method: 'GET',
      path: '/api/v1/certificates/served',
      role: 'viewer',
      summary:
        'Which certificate each node shows to clients, asked of its listener by a handshake.',
      query: ServedQuery,
      answer: ServedAnswer,
      async run({ query: { listener = '', name = null } }) {
        return { items: await certificates.served(listener, name) }
      },
    },
    {
      id: 'checkCertificate',
      method: 'POST',
      isReading: true,
      path: '/api/v1/certificates::check',
      role: 'admin',
      summary: 'Says what an upload would do, or every fault; writes nothing.',
      body: UploadBody,
      maxBodyBytes: MAX_BODY_BYTES,
      answer: Type.Object({
        file: Type.String(),
        names: Type.Array(Type.String()),
        notAfterMs: Type.Number(),
        oldSerial: Type.Union([Type.String(), Type.Null()]),
        isServed: Type.Boolean(),
        warnings: Type.Array(CertificateFault),
      }),
      run({ body }) {
        const { file, pair, oldSerial, isServed, warnings } = certificates.plan(body as UploadBody)
        const notAfterMs = pair.chain[0]!.validToDate.getTime()
        return { file, names: pair.names, notAfterMs, oldSerial, isServed, warnings }
      },
    },
  ]
}

function writing(certificates: Certificates): Operation[] {
  return [
    {
      id: 'uploadCertificate',
      method: 'POST',
      path: '/api/v1/certificates',
      role: 'admin',
      summary:
        'Puts a chain and its key into the folder of a listener; answers when clients are shown it.',
      body: UploadBody,
      maxBodyBytes: MAX_BODY_BYTES,
      answer: UploadAnswer,
      status: 201,
      async run({ body, change }) {
        const { listener, replaces, name, ...rest } = body as UploadBody
        const target = `certificate/${listener}/${replaces ?? name ?? 'new'}`
        // Told first, so that what is refused can be found, too; the key is in neither.
        change({ target })
        const { file, pair, oldSerial, isServed } = certificates.plan(body as UploadBody)
        const [leaf] = pair.chain
        const after = {
          file,
          serial: serialOf(leaf!),
          names: pair.names,
          notAfter: leaf!.validToDate.toISOString(),
          isServed,
          expiredConfirmed: rest.confirmExpired ?? false,
        }
        change({ target, before: oldSerial === null ? null : { serial: oldSerial }, after })
        return certificates.upload(body as UploadBody)
      },
    },
    {
      id: 'createCertificateRequest',
      method: 'POST',
      path: '/api/v1/certificates::request',
      role: 'admin',
      summary:
        'Makes a key that never leaves the data folder, and the request (PKCS#10) for a certificate of it.',
      body: Type.Object(
        {
          names: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
            minItems: 1,
            maxItems: 100,
            description: 'Lower-case DNS names, `*.a.example` too, and addresses.',
          }),
        },
        CLOSED,
      ),
      answer: Type.Object({ csrPem: Type.String(), keyHash: Type.String() }),
      status: 201,
      run({ body, change }) {
        const { names } = body as { names: readonly string[] }
        change({ target: 'certificate-request', after: { names } })
        const bad = names.find((name) => !isNameOrAddress(name))
        if (bad !== undefined) {
          const hint = 'write it in lower case, international names as xn--…'
          const pointer = `/names/${names.indexOf(bad)}`
          const detail = 'this is no host name and no address'
          throw new ApiError('invalid', detail, [{ pointer, detail, hint }])
        }
        return certificates.createRequest(names)
      },
    },
  ]
}

function isNameOrAddress(name: string): boolean {
  return new RegExp(DNS_OR_ADDRESS).test(name) || isIP(name) !== 0
}

/** By time, then by what is peculiar to it; short enough for a cursor. */
function sortKey({ notAfterMs, id }: Certificate): string {
  return `${String(Math.max(0, notAfterMs)).padStart(15, '0')} ${id.slice(-200)}`
}
