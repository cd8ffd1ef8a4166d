// A request that a route is for.

import type { RouteView } from '../../config-text/parse.ts'

/** As the explain operation takes it. */
export function requestOf({ hosts: [host = 'localhost'], path, methods }: RouteView): {
  readonly url: string
  readonly method: string
} {
  const example = path.replace(/\*$/, 'example').replaceAll(/\{[^}]*\}/g, 'example')
  return { url: `https://${host.replace('*', 'www')}${example}`, method: methods[0] ?? 'GET' }
}
