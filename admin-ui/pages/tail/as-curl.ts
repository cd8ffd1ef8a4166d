// A kept request as a curl command: what was masked stays masked.

import type { RecentRequest } from '../../api/contract.ts'

export function asCurl({ facts }: RecentRequest): string {
  const { secure, method, host, port, path, query, headers } = facts
  const url = `${secure ? 'https' : 'http'}://${host}${port === null ? '' : `:${port}`}${encodeURI(path)}${query === '' ? '' : `?${query}`}`
  const words = ['curl', ...(method === 'GET' ? [] : ['-X', quoted(method)]), quoted(url)]
  for (let i = 0; i < headers.length; i += 2)
    words.push('-H', quoted(`${headers[i]}: ${headers[i + 1]}`))
  return words.join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
