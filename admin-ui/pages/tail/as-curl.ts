// A kept request as a curl command: what was masked stays masked.

import type { RecentRequest } from '../../api/contract.ts'

export function asCurl({ facts }: RecentRequest): string {
  // A tunnel by the proxy that the caller's environment names.
  if (facts.method === 'CONNECT') {
    return `curl -x "$HTTPS_PROXY" ${quoted(`https://${facts.host}:${facts.port ?? 443}/`)}`
  }
  const { secure, method, host, port, path, query, headers } = facts
  const url = `${secure ? 'https' : 'http'}://${host}${port === null ? '' : `:${port}`}${encoded(path)}${query === '' ? '' : `?${query}`}`
  const words = ['curl', ...(method === 'GET' ? [] : ['-X', quoted(method)]), quoted(url)]
  for (let i = 0; i < headers.length; i += 2)
    words.push('-H', quoted(`${headers[i]}: ${headers[i + 1]}`))
  return words.join(' ')
}

/** It is encoded as far as it came so. */
function encoded(path: string): string {
  return encodeURI(path).replaceAll('%25', '%')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
