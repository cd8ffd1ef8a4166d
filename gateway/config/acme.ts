// From `tls.acme` of a listener to what is asked of the authority, and for which names.

import { isTrustworthyUrl } from '../auth/fetch-json.ts'
import type { AcmeOptions } from './acme-options.ts'
import type { MaterialReader } from './materials.ts'
import { readPem } from './pem.ts'
import type { AcmePlan } from './plan.ts'
import type { TlsContext } from './tls-material.ts'

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const HOST = new RegExp(`^${LABEL}(\\.${LABEL})+$`)

/** What is wrong is reported below `at`. */
export function compileAcme(
  options: AcmeOptions,
  reader: MaterialReader,
  { at, report, production }: TlsContext,
): AcmePlan {
  const fail = (key: string, message: string, fix: string): void =>
    report({ severity: 'error', path: [...at, key], message, fix })
  const { directory, email, ca } = options
  const url = URL.parse(directory)
  const isAllowed = url !== null && isTrustworthyUrl(url)
  if (!isAllowed || (production && url.protocol !== 'https:')) {
    const message = `\`${directory}\` is not a directory that can be believed`
    fail('directory', message, 'write https://HOST/…')
  }
  const names = options.names.map((name) => name.toLowerCase())
  for (const [index, name] of names.entries()) {
    const path = [...at, 'names', index]
    const refuse = (message: string, fix: string): void =>
      report({ severity: 'error', path, message, fix })
    if (name.startsWith('*.')) {
      const fix = 'name each host, or upload a certificate for the wildcard'
      refuse(`no certificate for \`${name}\` can be had this way`, fix)
    } else if (!isHostName(name)) {
      refuse(`\`${name}\` is not a host name`, 'write it as in DNS, international ones as xn--…')
    } else if (names.indexOf(name) !== index) {
      refuse(`\`${name}\` is named twice`, 'name it once')
    }
  }
  return { directory, email, names, caPem: ca === undefined ? null : caOf(ca, reader, fail) }
}

/** With a dot in it, and not an address. */
function isHostName(name: string): boolean {
  return name.length <= 253 && HOST.test(name) && !/\.\d+$/.test(name)
}

function caOf(
  path: string,
  reader: MaterialReader,
  fail: (key: string, message: string, fix: string) => void,
): string | null {
  const fix = 'name a PEM file with the CAs that the directory is verified by'
  const file = reader.file(path)
  const pem = 'error' in file ? null : readPem(file.text)
  if (pem !== null && pem.faults.length === 0 && pem.certificates.length > 0) {
    return pem.certificates.map(String).join('')
  }
  const why = 'error' in file ? file.error : (pem?.faults[0] ?? 'it holds no certificate')
  fail('ca', `cannot use ${path}: ${why}`, fix)
  return null
}
