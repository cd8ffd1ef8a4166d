// Which routes and services a new configuration text changes, for roles that are for some of them only.

import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { readDocument } from '../../config/document.ts'

interface Resource {
  readonly value: unknown
  /** As it is written, comments within it and all; '' where it is written elsewhere (an alias). */
  readonly written: string
}

type Resources = ReadonlyMap<string, Resource>

interface Parts {
  readonly routes: Resources
  readonly services: Resources
  /** Every other value. */
  readonly rest: string
  /** Every other byte. */
  readonly frame: string
}

/**
 * `route:orders`, `service:billing` …: what differs between two texts, and what it reaches. A role of some routes and
 * services changes how they treat requests, not which requests come to them or to which addresses they go: so adding,
 * removing, renaming and matching anew, new addresses and new references to secrets are about everything, and so is
 * every byte outside of what is named, comments too. A service is also about the routes that send requests to it, and a
 * route about the services it sends requests to anew. An entry that begins with `everything` is in no scope; it says why.
 */
export function changedResources(before: string, after: string): readonly string[] {
  if (before === after) return []
  const [one, other] = [partsOf(before), partsOf(after)]
  if (one === null || other === null) return [everything('the text cannot be told apart')]
  const moved = [
    ...addedOrGone('route', one.routes, other.routes),
    ...addedOrGone('service', one.services, other.services),
  ]
  if (moved.length > 0) return moved
  if (one.rest !== other.rest) return [everything('more than routes and services differs')]
  if (one.frame !== other.frame) {
    return [everything('something around them differs: a comment, an order or a space')]
  }
  const touched = [
    ...differing(one.routes, other.routes).flatMap(([name, ...values]) => ofRoute(name, ...values)),
    ...differing(one.services, other.services).flatMap(([name, ...values]) => [
      ...ofService(name, ...values),
      ...usersOf(name, other.routes),
    ]),
  ]
  return [...new Set(touched)]
}

function partsOf(text: string): Parts | null {
  const { value, isReadable, problems } = readDocument(text)
  if (!isReadable || problems.length > 0 || typeof value !== 'object' || value === null) return null
  const { routes = [], services = {}, ...rest } = value as Record<string, unknown>
  if (!Array.isArray(routes) || typeof services !== 'object' || services === null) return null
  const places = placesOf(text)
  const resource = (kind: string, name: string, own: unknown): Resource => {
    const [from, to] = places.get(`${kind}:${name}`) ?? [0, 0]
    return { value: own, written: text.slice(from, to) }
  }
  const named = new Map<string, Resource>()
  for (const route of routes as unknown[]) {
    const name = (route as { name?: unknown } | null)?.name
    if (typeof name !== 'string' || named.has(name)) return null
    named.set(name, resource('route', name, route))
  }
  const all = Object.entries(services).map(
    ([name, own]) => [name, resource('service', name, own)] as const,
  )
  return {
    routes: named,
    services: new Map(all),
    rest: canonical(rest),
    frame: frameOf(text, places),
  }
}

type Place = readonly [from: number, to: number]

function placesOf(text: string): ReadonlyMap<string, Place> {
  const { contents } = parseDocument(text, { uniqueKeys: false })
  const root = isMap(contents) ? contents : null
  const [routes, services] = [root?.get('routes', true), root?.get('services', true)]
  const places = new Map<string, Place>()
  for (const route of isSeq(routes) ? routes.items : []) {
    if (!isMap(route)) continue
    const [from, to] = route.range!
    places.set(`route:${String(route.get('name'))}`, [from, to])
  }
  for (const { key, value } of isMap(services) ? services.items : []) {
    if (!isScalar(key) || !isMap(value)) continue
    const [from, to] = value.range!
    places.set(`service:${String(key.value)}`, [from, to])
  }
  return places
}

/** The text with names in the places of routes and services. */
function frameOf(text: string, places: ReadonlyMap<string, Place>): string {
  let frame = ''
  let at = 0
  for (const [name, [from, to]] of [...places].toSorted(([, [a]], [, [b]]) => a - b)) {
    frame += `${text.slice(at, from)}<${name}>`
    at = to
  }
  return frame + text.slice(at)
}

function addedOrGone(kind: string, a: Resources, b: Resources): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => !a.has(name) || !b.has(name))
    .map((name) => everything(`${kind} ${name} is ${a.has(name) ? 'gone' : 'new'}`))
}

/** Of the same names. */
function differing(
  a: Resources,
  b: Resources,
): (readonly [name: string, before: unknown, after: unknown])[] {
  return [...a].flatMap(([name, before]) => {
    const after = b.get(name)!
    const isSame =
      before.written === after.written && canonical(before.value) === canonical(after.value)
    return isSame ? [] : [[name, before.value, after.value] as const]
  })
}

/** `before`, `after`: of one route. */
function ofRoute(name: string, before: unknown, after: unknown): string[] {
  const part = (route: unknown, key: string): unknown => (route as Record<string, unknown>)[key]
  const ways = ['match', 'listener'].filter(
    (key) => canonical(part(before, key)) !== canonical(part(after, key)),
  )
  const known = new Set(destinationsOf(before))
  const destinations = destinationsOf(after).filter((one) => !known.has(one))
  return [
    `route:${name}`,
    ...ways.map((key) => everything(`${key} of route ${name} takes other requests`)),
    ...destinations.map((one) =>
      one.includes('://') ? everything(`${one} is a new address`) : `service:${one}`,
    ),
    ...newSecrets(before, after),
  ]
}

/** `before`, `after`: of one service. */
function ofService(name: string, before: unknown, after: unknown): string[] {
  const isMesh = (service: unknown): unknown => (service as { mesh?: unknown } | null)?.mesh
  const known = new Set(textsOf(before))
  const addresses = textsOf(after).filter((text) => text.includes('://') && !known.has(text))
  return [
    `service:${name}`,
    ...addresses.map((address) => everything(`${address} is a new address`)),
    ...(isMesh(before) === isMesh(after) ? [] : [everything(`service ${name} goes elsewhere`)]),
    ...newSecrets(before, after),
  ]
}

function usersOf(service: string, routes: Resources): string[] {
  return [...routes]
    .filter(([, { value }]) => destinationsOf(value).includes(service))
    .map(([route]) => `route:${route}`)
}

/** Names of services and URLs that a route sends requests to. */
function destinationsOf(route: unknown): string[] {
  const { to, mirror } = route as { to?: unknown; mirror?: unknown }
  return [...textsOf(to), ...textsOf(mirror)]
}

function newSecrets(before: unknown, after: unknown): string[] {
  const secretsOf = (value: unknown): string[] =>
    textsOf(value).flatMap((text) => [...text.matchAll(/\$\{[^}]*\}/g)].map(([found]) => found))
  const known = new Set(secretsOf(before))
  return secretsOf(after)
    .filter((reference) => !known.has(reference))
    .map((reference) => everything(`${reference} is a new reference`))
}

/** Every text in a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}

function everything(why: string): string {
  return `everything (${why})`
}

/** Text that is the same for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  )
}
