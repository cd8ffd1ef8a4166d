// `sallyport user` and `sallyport token`: who may use the control plane, from the command line.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { Command, CommandArguments } from './command.ts'
import { readSecret, type ReadSecret } from './secret-input.ts'
import { COMMAND_WORDS } from './words/command-words.ts'

interface User {
  readonly name: string
  readonly role: string
  readonly scope: readonly string[]
  readonly hasSecondFactor: boolean
  readonly createdAtMs: number
}

interface Token extends Omit<User, 'hasSecondFactor'> {
  readonly id: string
  readonly owner: string
  readonly expiresAtMs: number
  readonly lastUsedAtMs: number | null
}

interface Session {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly role: string
  readonly address: string
  readonly agent: string
  readonly startedAtMs: number
  readonly usedAtMs: number
  readonly endsAtMs: number
}

interface NewToken {
  readonly token: Token
  readonly secret: string
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** Characters of what a browser says it is; `-o json` shows all of it. */
const SHOWN_AGENT = 60

const ROLE_OPTIONS = {
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
} as const

const USER_VERBS =
  'write list, add NAME, role NAME ROLE, password NAME, remove NAME, remove-second-factor NAME, sessions or end-session ID'

export function userCommand(secret: ReadSecret): Command {
  return apiCommand('user', {
    usage:
      'list | add NAME --role viewer|operator|admin [--scope route:NAME]… | role NAME ROLE [--scope …]… | password NAME | remove NAME | remove-second-factor NAME | sessions | end-session ID',
    options: ROLE_OPTIONS,
    async ask(args, call, { talk }) {
      const [verb, name = '', given] = args.positionals
      const path = `/api/v1/users/${encodeURIComponent(name)}`
      switch (`${verb} ${args.positionals.length}`) {
        case 'list 1':
          return shown(await all<User>(call, '/api/v1/users'), userRow)
        case 'add 2': {
          const role = required(args, 'role')
          const password = await secret(`password for ${name}`, talk)
          const body = { name, role, password, scope: scopeOf(args) ?? [] }
          return shown([(await call('POST', '/api/v1/users', body)) as User], userRow)
        }
        case 'role 3': {
          const scope = scopeOf(args)
          const body = { role: given, ...(scope === null ? {} : { scope }) }
          return shown([(await call('PATCH', path, body)) as User], userRow)
        }
        case 'password 2': {
          const password = await secret(`new password for ${name}`, talk)
          return shown([(await call('PATCH', path, { password })) as User], userRow)
        }
        case 'remove 2':
          await call('DELETE', path)
          return null
        case 'remove-second-factor 2':
          return shown([(await call('DELETE', `${path}/second-factor`)) as User], userRow)
        case 'sessions 1':
          return shown(await all<Session>(call, '/api/v1/sessions'), sessionRow)
        case 'end-session 2':
          await call('DELETE', `/api/v1/sessions/${encodeURIComponent(name)}`)
          return null
        default:
          throw usage(USER_VERBS)
      }
    },
  })
}

export const user = userCommand(readSecret)

export const token = apiCommand('token', {
  usage:
    'list | add NAME --role viewer|operator|admin [--scope route:NAME]… [--expires 90d] | remove ID',
  options: { ...ROLE_OPTIONS, expires: { type: 'string' } },
  async ask(args, call, { talk, language }) {
    const [verb, name = ''] = args.positionals
    switch (`${verb} ${args.positionals.length}`) {
      case 'list 1':
        return shown(await all<Token>(call, '/api/v1/tokens'), tokenRow)
      case 'add 2': {
        const scope = scopeOf(args)
        const { expires } = args.values
        const body = {
          name,
          role: required(args, 'role'),
          ...(scope === null ? {} : { scope }),
          ...(typeof expires === 'string' ? { expiresIn: expires } : {}),
        }
        const made = (await call('POST', '/api/v1/tokens', body)) as NewToken
        talk(COMMAND_WORDS[language ?? 'en'].shownOnce(day(made.token.expiresAtMs)))
        return { value: made, table: `${made.secret}\n` }
      }
      case 'remove 2':
        await call('DELETE', `/api/v1/tokens/${encodeURIComponent(name)}`)
        return null
      default:
        throw usage('write list, add NAME or remove ID')
    }
  },
})

async function all<Item>(call: Call, path: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor = ''; ;) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = (await call('GET', `${path}?limit=500${from}`)) as Page<Item>
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}

function shown<Item>(items: readonly Item[], row: (item: Item) => Record<string, string>): Shown {
  return { value: { items }, table: items.map(row) }
}

function userRow(user: User): Record<string, string> {
  const { name, role, scope, hasSecondFactor, createdAtMs } = user
  const factor = hasSecondFactor ? 'yes' : 'no'
  return { name, role, scope: scopeText(scope), '2nd factor': factor, created: day(createdAtMs) }
}

function tokenRow(token: Token): Record<string, string> {
  const { id, name, owner, role, scope, expiresAtMs, lastUsedAtMs } = token
  return {
    id,
    name,
    owner,
    role,
    scope: scopeText(scope),
    expires: day(expiresAtMs),
    used: lastUsedAtMs === null ? 'never' : day(lastUsedAtMs),
  }
}

function sessionRow(session: Session): Record<string, string> {
  const { id, displayName, role, address, agent, startedAtMs, usedAtMs, endsAtMs } = session
  return {
    id,
    name: displayName,
    role,
    address,
    began: minute(startedAtMs),
    used: minute(usedAtMs),
    ends: minute(endsAtMs),
    browser: agent.slice(0, SHOWN_AGENT),
  }
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}

function scopeText(scope: readonly string[]): string {
  return scope.length === 0 ? 'everything' : scope.join(' ')
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** null where none was written; `--scope all` is everything. */
function scopeOf({ values }: CommandArguments): readonly string[] | null {
  const scope = values['scope']
  if (!Array.isArray(scope)) return null
  return (scope as readonly string[]).filter((entry) => entry !== 'all')
}

function required({ values }: CommandArguments, name: string): string {
  const value = values[name]
  if (typeof value === 'string') return value
  throw usage(`--${name} is missing`)
}

function usage(message: string): SallyportError {
  return new SallyportError('usage', message)
}
