// The first route, from what was typed to the configuration text with it in, and to a request that it is for.

import { addItemAt, setKey } from '../../config-text/edit.ts'
import { flowText, listOf, mapOf, parseConfig, type ParsedConfig } from '../../config-text/parse.ts'

export interface FirstRoute {
  readonly to: string
  readonly path: string
  readonly who: 'token' | 'public'
  readonly issuer: string
  readonly audience: string
}

export type FirstFault = 'to' | 'path' | 'issuer' | 'audience'

/** What is missing or cannot be meant. */
export function faultsOf({ to, path, who, issuer, audience }: FirstRoute): readonly FirstFault[] {
  const faults: FirstFault[] = []
  if (!/^https?:\/\/[^/\s]+\/?$/.test(to)) faults.push('to')
  if (!path.startsWith('/')) faults.push('path')
  if (who === 'public') return faults
  if (!/^https?:\/\/\S+$/.test(issuer)) faults.push('issuer')
  if (audience === '') faults.push('audience')
  return faults
}

export interface Planned {
  readonly text: string
  /** Of the route; none was called so before. */
  readonly name: string
  readonly yaml: string
}

/** Throws NotEditable. Everything else of the text stays byte for byte. */
export function withFirstRoute(text: string, first: FirstRoute): Planned {
  const config = parseConfig(text)
  const names = new Set(config.routes.map((route) => route.name))
  const name = freeName('first-service', names)
  const route = {
    name,
    match: first.path,
    to: first.to.replace(/\/$/, ''),
    auth:
      first.who === 'public'
        ? 'public'
        : { issuer: issuerName(config, first.issuer), audience: first.audience },
  }
  const base = first.who === 'public' ? text : withIssuer(text, config, first.issuer)
  return { text: addItemAt(base, ['routes'], route), name, yaml: `routes:\n  - ${flowText(route)}` }
}

/** Where the route is served, and by which listener: the first of the file. */
export function requestFor(
  { root }: ParsedConfig,
  path: string,
): { readonly url: string; readonly listener: string } {
  const [listener] = Array.isArray(root['listeners']) ? (root['listeners'] as unknown[]) : []
  const { name, tls } = mapOf(listener)
  const scheme = tls === 'off' ? 'http' : 'https'
  const example = path.replace(/\*$/, '').replaceAll(/\{[^}]*\}/g, '1')
  return { url: `${scheme}://localhost${example}`, listener: listOf(name)[0] ?? '' }
}

function withIssuer(text: string, config: ParsedConfig, issuer: string): string {
  const name = issuerName(config, issuer)
  if (config.issuers.includes(name)) return text
  const isThere = config.root['issuers'] !== undefined && config.root['issuers'] !== null
  return isThere
    ? setKey(text, ['issuers', name], issuer)
    : setKey(text, ['issuers'], { [name]: issuer })
}

/** The one that is configured already, else a new name. */
function issuerName({ root, issuers }: ParsedConfig, issuer: string): string {
  const known = Object.entries(mapOf(root['issuers'])).find(
    ([, value]) => value === issuer || mapOf(value)['issuer'] === issuer,
  )
  return known?.[0] ?? freeName('idp', new Set(issuers))
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted}-${number}`)) number++
  return `${wanted}-${number}`
}
