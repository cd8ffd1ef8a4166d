// What a viewer is shown of a recent request: no value of its query, which may say more about people than a path does.

import { MASK, type RecentRequest } from '../../decide/explain-record.ts'
import { mayAct, type Principal } from '../admin/operation.ts'

/** Fields that repeat a query. */
const WITH_QUERY: ReadonlySet<string> = new Set(['referer', ':path', 'x-original-url'])

export function isViewer({ role }: Pick<Principal, 'role'>): boolean {
  return !mayAct(role, 'operator')
}

export function forViewer(request: RecentRequest): RecentRequest {
  const { facts } = request
  const masked = new Set(facts.masked)
  const query = facts.query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1)
      masked.add(`query:${name}`)
      return `${name}=${MASK}`
    })
    .join('&')
  const headers = facts.headers.map((text, at) => {
    const name = facts.headers[at - 1]
    const isValue = at % 2 === 1 && name !== undefined
    return isValue && WITH_QUERY.has(name.toLowerCase()) ? withoutQuery(text) : text
  })
  return { ...request, facts: { ...facts, query, headers, masked: [...masked] } }
}

function withoutQuery(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? url : `${url.slice(0, at)}?${MASK}`
}
