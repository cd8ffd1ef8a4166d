// `sallyport certs`: what this node shows and believes, how long it is good for, and putting a new certificate in place.

import { readFileSync } from 'node:fs'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { acmeList, acmeRenew } from './certs-acme.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments, CommandContext } from './command.ts'

interface Fault {
  readonly severity: string
  readonly message: string
  readonly fix: string
}

interface Listed {
  readonly kind: string
  readonly place: string
  readonly names: readonly string[]
  readonly subject: string
  readonly serial: string
  readonly notAfterMs: number
  readonly daysLeft: number
  readonly state: string
  readonly usedBy: readonly string[]
  readonly faults: readonly Fault[]
}

interface Page {
  readonly items: readonly Listed[]
  readonly nextCursor: string | null
  readonly faults: readonly Fault[]
}

const PAGE = 500
/** More than that nobody reads. */
const MAX_PAGES = 50

export const certs = apiCommand('certs', {
  usage:
    '[ls] [--due-within DAYS] | upload --listener NAME --cert FILE [--key FILE] [--name NAME | --replaces FILE] [--confirm-expired] [--check] | request NAME… | served --listener NAME [--name HOST] | acme | renew LISTENER | authority [rotate|finish|abandon]',
  options: {
    'due-within': { type: 'string' },
    listener: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    name: { type: 'string' },
    replaces: { type: 'string' },
    'confirm-expired': { type: 'boolean' },
    check: { type: 'boolean' },
  },
  ask(args, call, context) {
    const [verb = 'ls', ...rest] = args.positionals
    if (verb === 'ls' && rest.length === 0) return list(args, call, context)
    if (verb === 'upload' && rest.length === 0) return upload(args, call, context)
    if (verb === 'request' && rest.length > 0) return request(rest, call)
    if (verb === 'served' && rest.length === 0) return served(args, call)
    if (verb === 'acme' && rest.length === 0) return acmeList(call)
    if (verb === 'renew' && rest.length <= 1) return acmeRenew(rest[0] ?? '', call)
    if (verb === 'authority' && rest.length <= 1) return authority(rest[0] ?? 'show', call)
    const verbs =
      '`ls`, `upload`, `request NAME…`, `served`, `acme`, `renew LISTENER` or `authority`'
    throw new SallyportError('usage', `write ${verbs}`)
  },
})

async function list(
  { values }: CommandArguments,
  call: Call,
  { talk }: CommandContext,
): Promise<Shown> {
  const due = values['due-within']
  const query = new URLSearchParams({ limit: String(PAGE) })
  if (typeof due === 'string') query.set('dueWithinDays', due)
  const items: Listed[] = []
  let faults: readonly Fault[] = []
  for (let count = 0; count < MAX_PAGES; count++) {
    const page = (await call('GET', `/api/v1/certificates?${query.toString()}`)) as Page
    items.push(...page.items)
    faults = page.faults
    if (page.nextCursor === null) break
    query.set('cursor', page.nextCursor)
  }
  for (const fault of [...faults, ...items.flatMap((item) => item.faults)]) {
    talk(`${fault.severity}: ${fault.message} (${fault.fix})\n`)
  }
  return { value: { items, faults }, table: items.map(row) }
}

function row(item: Listed): Readonly<Record<string, string>> {
  const { kind, place, names, subject, serial, notAfterMs, daysLeft, state, usedBy } = item
  return {
    kind,
    place,
    names: names.join(' ') || subject,
    'not after': new Date(notAfterMs).toISOString().slice(0, 16),
    days: String(daysLeft),
    state,
    'used by': usedBy.join(' '),
    serial,
  }
}

async function upload(
  { values }: CommandArguments,
  call: Call,
  { talk }: CommandContext,
): Promise<Shown> {
  const text = (name: string): string | null => {
    const value = values[name]
    return typeof value === 'string' ? value : null
  }
  const listener = text('listener')
  const cert = text('cert')
  if (listener === null || cert === null) {
    throw new SallyportError('usage', 'say --listener NAME and --cert FILE')
  }
  const [key, name, replaces] = [text('key'), text('name'), text('replaces')]
  const body = {
    listener,
    certPem: read(cert),
    ...(key === null ? {} : { keyPem: read(key) }),
    ...(name === null ? {} : { name }),
    ...(replaces === null ? {} : { replaces }),
    ...(values['confirm-expired'] === true ? { confirmExpired: true } : {}),
  }
  const isCheck = values['check'] === true
  const path = `/api/v1/certificates${isCheck ? ':check' : ''}`
  const answer = (await call('POST', path, body)) as {
    file: string
    oldSerial: string | null
    newSerial?: string
    isServed: boolean
    warnings: readonly Fault[]
  }
  for (const { message, fix } of answer.warnings) talk(`warning: ${message} (${fix})\n`)
  const { file, oldSerial, newSerial = '', isServed } = answer
  const what = isServed ? 'clients are shown it' : 'kept, not served: it is not valid now'
  const before = oldSerial === null ? '' : `${oldSerial} -> `
  const table = isCheck
    ? `${file}: it would be taken\n`
    : `${file}: ${before}${newSerial}; ${what}\n`
  return { value: answer, table }
}

async function request(names: readonly string[], call: Call): Promise<Shown> {
  const answer = (await call('POST', '/api/v1/certificates:request', { names })) as {
    csrPem: string
  }
  return { value: answer, table: answer.csrPem }
}

async function served({ values }: CommandArguments, call: Call): Promise<Shown> {
  const { listener, name } = values
  if (typeof listener !== 'string') throw new SallyportError('usage', 'say --listener NAME')
  const query = new URLSearchParams({ listener, ...(typeof name === 'string' ? { name } : {}) })
  const answer = (await call('GET', `/api/v1/certificates/served?${query.toString()}`)) as {
    items: readonly {
      node: string
      serial: string | null
      notAfterMs: number | null
      reason: string
    }[]
  }
  const rows = answer.items.map(({ node, serial, notAfterMs, reason }) => ({
    node,
    serial: serial ?? '-',
    'not after': notAfterMs === null ? '-' : new Date(notAfterMs).toISOString().slice(0, 16),
    note: reason,
  }))
  return { value: answer, table: rows }
}

async function authority(verb: string, call: Call): Promise<Shown> {
  if (!['show', 'rotate', 'finish', 'abandon'].includes(verb)) {
    throw new SallyportError('usage', 'write `authority`, with `rotate`, `finish` or `abandon`')
  }
  const path = '/api/v1/mesh/authority'
  const asked = verb === 'show' ? call('GET', path) : call('POST', `${path}:${verb}`)
  const answer = (await asked) as Authority
  const { kind, issuing, announced, retiring } = answer
  const rows = [
    rootRow('issuing', issuing.fingerprints, issuing.notAfterMs, `${kind} authority`),
    ...(announced === null
      ? []
      : [
          rootRow(
            'announced',
            announced.fingerprints,
            announced.notAfterMs,
            `${announced.trusting} of ${announced.members} sidecars trust it`,
          ),
        ]),
    ...retiring.map((one) => rootRow('retiring', [one.fingerprint], one.untilMs, 'still believed')),
  ]
  return { value: answer, table: rows }
}

interface Authority {
  readonly kind: string
  readonly issuing: Root
  readonly announced: (Root & { readonly trusting: number; readonly members: number }) | null
  readonly retiring: readonly { readonly fingerprint: string; readonly untilMs: number }[]
}

interface Root {
  readonly fingerprints: readonly string[]
  readonly notAfterMs: number
}

function rootRow(
  stage: string,
  fingerprints: readonly string[],
  untilMs: number,
  note: string,
): Readonly<Record<string, string>> {
  return {
    stage,
    until: new Date(untilMs).toISOString().slice(0, 16),
    note,
    root: fingerprints.join(' '),
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SallyportError('usage', `cannot read ${file}: ${errorMessage(error)}`)
  }
}
