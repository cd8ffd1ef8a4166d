// The form of one route and the text it stands for: fields from the text, and of the fields only what changed back into it.

import { parse } from 'yaml'
import { addItemAt, removeKey, setKey, type EditPath } from '../../config-text/edit.ts'
import { mapOf, type RouteView } from '../../config-text/parse.ts'
import { plainHost, plainText } from '../../language/typed-text.ts'

/** As they are typed. */
export interface RouteFields {
  readonly name: string
  readonly owner: string
  readonly hosts: string
  readonly path: string
  readonly methods: string
  /** null: several targets, which the form leaves alone. */
  readonly to: string | null
  readonly auth: 'public' | 'token'
  readonly issuer: string
  readonly audience: string
  readonly scope: string
  readonly limits: string
  readonly cors: string
  readonly timeout: string
}

export const NEW_ROUTE: RouteFields = {
  name: '',
  owner: '',
  hosts: '',
  path: '/*',
  methods: '',
  to: '',
  auth: 'token',
  issuer: '',
  audience: '',
  scope: '',
  limits: '',
  cors: '',
  timeout: '',
}

const FORM_KEYS: ReadonlySet<string> = new Set([
  'name',
  'owner',
  'match',
  'to',
  'auth',
  'limits',
  'cors',
  'timeout',
])

export function fieldsOf({
  name,
  owner,
  hosts,
  path,
  methods,
  targets,
  auth,
  limits,
  cors,
  value,
}: RouteView): RouteFields {
  const token = auth.kind === 'token' ? auth : { issuers: [], audiences: [], scopes: [] }
  return {
    name,
    owner,
    hosts: hosts.join(', '),
    path,
    methods: methods.join(', '),
    to: Array.isArray(value['to']) ? null : (targets[0] ?? ''),
    auth: auth.kind === 'public' ? 'public' : 'token',
    issuer: token.issuers.join(', '),
    audience: token.audiences.join(', '),
    scope: token.scopes.join(' '),
    limits: limits.join('\n'),
    cors: cors.join(', '),
    timeout: typeof value['timeout'] === 'string' ? value['timeout'] : '',
  }
}

/** Keys of the route that the form does not show. */
export function otherKeys({ value }: RouteView): readonly string[] {
  return Object.keys(value).filter((key) => !FORM_KEYS.has(key))
}

/** How the gateway will read what was typed, field by field. */
export function normalized(fields: RouteFields): RouteFields {
  return {
    ...fields,
    name: plainText(fields.name),
    owner: plainText(fields.owner),
    hosts: words(plainHost(fields.hosts)).join(', '),
    path: plainText(fields.path),
    methods: words(plainText(fields.methods).toUpperCase()).join(', '),
    to: fields.to === null ? null : plainText(fields.to),
    issuer: plainText(fields.issuer),
    audience: plainText(fields.audience),
    scope: words(plainText(fields.scope)).join(' '),
    limits: lines(plainText(fields.limits)).join('\n'),
    cors: words(plainText(fields.cors)).join(', '),
    timeout: plainText(fields.timeout),
  }
}

/** Throws NotEditable. The text of everything else stays byte for byte. */
export function addRoute(text: string, fields: RouteFields): string {
  const route: Record<string, unknown> = {
    name: fields.name,
    ...(fields.owner !== '' && { owner: fields.owner }),
    match: matchValue(fields),
    to: fields.to ?? '',
    auth: authValue(fields),
  }
  if (fields.cors !== '') route['cors'] = oneOrMany(words(fields.cors))
  if (fields.limits !== '') route['limits'] = lines(fields.limits).map(limitValue)
  if (fields.timeout !== '') route['timeout'] = fields.timeout
  return addItemAt(text, ['routes'], route)
}

/** Throws NotEditable. Only keys whose fields differ are written. */
export function changeRoute(
  text: string,
  route: RouteView,
  before: RouteFields,
  after: RouteFields,
): string {
  const at: EditPath = ['routes', route.index]
  const differs = (...keys: (keyof RouteFields)[]): boolean =>
    keys.some((key) => before[key] !== after[key])
  let next = text
  const put = (path: EditPath, value: unknown): void => {
    const isNone = value === '' || (Array.isArray(value) && value.length === 0)
    next = isNone ? removeKey(next, path) : setKey(next, path, value)
  }
  if (differs('name')) put([...at, 'name'], after.name)
  if (differs('owner')) put([...at, 'owner'], after.owner)
  if (differs('hosts', 'path', 'methods')) {
    if (typeof route.value['match'] === 'string') put([...at, 'match'], matchValue(after))
    else {
      if (differs('hosts')) put([...at, 'match', 'hosts'], oneOrMany(words(after.hosts)))
      if (differs('path')) put([...at, 'match', 'path'], after.path)
      if (differs('methods')) put([...at, 'match', 'methods'], words(after.methods))
    }
  }
  if (differs('to') && after.to !== null) put([...at, 'to'], after.to)
  if (differs('auth') || (after.auth === 'token' && route.auth.kind !== 'token'))
    put([...at, 'auth'], authValue(after))
  else if (after.auth === 'token') {
    if (differs('issuer')) put([...at, 'auth', 'issuer'], oneOrMany(words(after.issuer)))
    if (differs('audience')) put([...at, 'auth', 'audience'], oneOrMany(words(after.audience)))
    if (differs('scope')) put([...at, 'auth', 'scope'], oneOrMany(words(after.scope)))
  }
  if (differs('limits')) put([...at, 'limits'], lines(after.limits).map(limitValue))
  if (differs('cors')) {
    const isLong = Object.keys(mapOf(route.value['cors'])).length > 0 && after.cors !== ''
    put([...at, 'cors', ...(isLong ? ['origins'] : [])], oneOrMany(words(after.cors)))
  }
  if (differs('timeout')) put([...at, 'timeout'], after.timeout)
  return next
}

function matchValue({ hosts, path, methods }: RouteFields): unknown {
  const names = words(hosts)
  const verbs = words(methods)
  if (verbs.length === 0 && names.length <= 1) return `${names[0] ?? ''}${path}`
  return {
    ...(names.length > 0 && { hosts: oneOrMany(names) }),
    path,
    ...(verbs.length > 0 && { methods: verbs }),
  }
}

function authValue({ auth, issuer, audience, scope }: RouteFields): unknown {
  if (auth === 'public') return 'public'
  const scopes = words(scope)
  return {
    issuer: oneOrMany(words(issuer)),
    audience: oneOrMany(words(audience)),
    ...(scopes.length > 0 && { scope: oneOrMany(scopes) }),
  }
}

/** A line that is a map in YAML's flow form is one. */
function limitValue(line: string): unknown {
  if (!line.startsWith('{')) return line
  try {
    return parse(line) as unknown
  } catch {
    return line
  }
}

function oneOrMany(list: readonly string[]): string | readonly string[] {
  return list.length === 1 ? list[0]! : list
}

function words(text: string): readonly string[] {
  return text.split(/[\s,、，]+/).filter((word) => word !== '')
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
