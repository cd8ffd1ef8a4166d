// An edge request as the fields of a form, and what the explain operation and the command line take of it.

import { plainText } from '../../language/typed-text.ts'
import type { Question } from './policy-test.ts'

/** As they are typed. */
export interface RequestFields {
  readonly method: string
  readonly url: string
  /** `name: value`, one on each line. */
  readonly headers: string
  /** With or without `Bearer`; '' for none. */
  readonly token: string
  /** Address of the client; '' for this machine. */
  readonly client: string
  /** '': the one of the URL's port or scheme. */
  readonly listener: string
  readonly bodyBytes: string
  readonly http2: boolean
}

export const NEW_REQUEST: RequestFields = {
  method: 'GET',
  url: '',
  headers: '',
  token: '',
  client: '',
  listener: '',
  bodyBytes: '',
  http2: false,
}

export type RequestFault = 'url' | 'headers' | 'bodyBytes'
export type DescribedHttp = NonNullable<Question['http']>

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/

/** What says nothing sensible; the gateway looks closer. */
export function requestFaults(fields: RequestFields): ReadonlySet<RequestFault> {
  const faults = new Set<RequestFault>()
  if (plainText(fields.url) === '') faults.add('url')
  if (headersOf(fields.headers) === null) faults.add('headers')
  if (!/^\d{0,12}$/.test(plainText(fields.bodyBytes))) faults.add('bodyBytes')
  return faults
}

/** Of fields without a fault. */
export function describedOf(fields: RequestFields): DescribedHttp {
  const { method, token, http2 } = fields
  const [client, listener] = [plainText(fields.client), plainText(fields.listener)]
  const bodyBytes = Number(plainText(fields.bodyBytes))
  const bearer = token.trim().replace(/^Bearer\s+/i, '')
  const headers = headersOf(fields.headers) ?? []
  return {
    url: plainText(fields.url),
    method: plainText(method).toUpperCase(),
    headers:
      bearer === '' ? headers : [...headers, { name: 'authorization', value: `Bearer ${bearer}` }],
    http2,
    ...(bodyBytes > 0 && { bodyBytes }),
    ...(client !== '' && { clientIp: client }),
    ...(listener !== '' && { listener }),
  }
}

/** A token is left for the person to put in: a command stays in the history of a shell. */
export function explainCommand(described: DescribedHttp): string {
  const { url, method, headers, http2, bodyBytes = 0, clientIp, listener } = described
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  const options = [
    ...(clientIp === undefined ? [] : [`--client ${clientIp}`]),
    ...(listener === undefined ? [] : [`--listener ${listener}`]),
  ]
  const sent = [
    ...headers.map(
      ({ name, value }) => `${name}: ${/^(?:authorization|cookie)$/i.test(name) ? '…' : value}`,
    ),
    ...(bodyBytes > 0 ? [`content-length: ${bodyBytes}`] : []),
  ]
  const curl = [
    'curl',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...(http2 ? ['--http2'] : []),
    ...sent.map((line) => `-H ${quoted(line)}`),
    quoted(url),
  ]
  return ['npx sallyport explain', ...options, '--', ...curl].join(' ')
}

/** null: a line is no field. */
function headersOf(text: string): DescribedHttp['headers'] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const headers = lines.map((line) => {
    const [, name, value = ''] = FIELD.exec(line.trim()) ?? []
    return name === undefined ? null : { name, value }
  })
  return headers.every((header) => header !== null) ? headers : null
}
