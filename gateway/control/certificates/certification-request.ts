// A request for a certificate (PKCS#10, RFC 2986), with every name where authorities look for it.

import { createPublicKey, sign, type KeyObject } from 'node:crypto'
import { isIP, SocketAddress } from 'node:net'
import {
  bitString,
  contextTag,
  der,
  integer,
  oid,
  sequence,
  TAG,
} from '../../../sidecar/identity/der.ts'

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const MAX_COMMON_NAME = 64
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const SUBJECT_ALT_NAME = '2.5.29.17'

/** DER. `names`: DNS names and addresses, the first in front; `privateKey`: P-256. */
export function certificationRequest(names: readonly string[], privateKey: KeyObject): Buffer {
  const info = sequence(
    integer(Buffer.from([0])),
    subjectOf(names[0] ?? ''),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    der(contextTag(0, true), extensionRequest(names)),
  )
  const signature = sign('sha256', info, privateKey)
  return sequence(info, sequence(oid(ECDSA_WITH_SHA256)), bitString(signature))
}

function subjectOf(name: string): Buffer {
  if (name === '' || name.length > MAX_COMMON_NAME) return sequence()
  const value = der(TAG.utf8String, Buffer.from(name))
  return sequence(der(TAG.set, sequence(oid(COMMON_NAME), value)))
}

/** RFC 2986 section 4.1 with the names as RFC 5280 section 4.2.1.6 has them. */
function extensionRequest(names: readonly string[]): Buffer {
  const list = sequence(...names.map(generalName))
  const extension = sequence(oid(SUBJECT_ALT_NAME), der(TAG.octetString, list))
  return sequence(oid(EXTENSION_REQUEST), der(TAG.set, sequence(extension)))
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der(contextTag(2, false), Buffer.from(name, 'latin1'))
  return der(contextTag(7, false), addressBytes(name))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const { address: short } = new SocketAddress({ address, family: 'ipv6' })
  const [head = '', tail = ''] = short.split('::')
  const front = groups(head)
  const back = short.includes('::') ? groups(tail) : []
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0)
  const all = [...front, ...zeros, ...back]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function groups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
