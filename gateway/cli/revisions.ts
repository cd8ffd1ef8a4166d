// `sallyport history`, `diff`, `apply` and `rollback`: what is served, what was, and changing it.

import { readFileSync } from 'node:fs'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call } from './api-command.ts'
import { askImpact, impactText } from './diff-impact.ts'

interface Revision {
  readonly number: number
  readonly atMs: number
  readonly author: string
  readonly origin: string
  readonly message: string
}

interface Served {
  readonly text: string
  readonly checksum: string
  readonly revision: number | null
  readonly revertsAtMs: number | null
}

export const history = apiCommand('history', {
  usage: '',
  async ask({ positionals }, call) {
    if (positionals.length > 0) throw new SallyportError('usage', 'this takes no arguments')
    const items: Revision[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = (await call('GET', `/api/v1/revisions?limit=500${query}`)) as {
        items: readonly Revision[]
        nextCursor: string | null
      }
      items.push(...page.items)
      cursor = page.nextCursor
    }
    const rows = items.map(({ number, atMs, author, origin, message }) => ({
      revision: String(number),
      time: new Date(atMs).toISOString(),
      by: author === '' ? origin : `${author} (${origin})`,
      message,
    }))
    return { value: { items }, table: rows }
  },
})

export const diff = apiCommand('diff', {
  usage: 'FILE | REVISION [--from REVISION]',
  options: { from: { type: 'string' } },
  async ask({ positionals, values }, call) {
    const [what] = positionals
    if (what === undefined || positionals.length > 1) {
      throw new SallyportError('usage', 'name a file, or the number of a revision')
    }
    const { from } = values
    const query = typeof from === 'string' ? `?from=${from}` : ''
    const answer = (await (/^\d+$/.test(what)
      ? call('GET', `/api/v1/revisions/${what}/diff${query}`)
      : call('POST', '/api/v1/config:try', { text: textOf(what) }))) as { diff: string }
    if (/^\d+$/.test(what)) return { value: answer, table: answer.diff }
    const impact = await askImpact(textOf(what), call)
    return { value: { ...answer, impact }, table: `${answer.diff}\n${impactText(impact)}` }
  },
})

export const apply = apiCommand('apply', {
  usage: 'FILE [--dry-run] [--confirm-within 60s] [-m MESSAGE] | --confirm',
  options: {
    'dry-run': { type: 'boolean' },
    'confirm-within': { type: 'string' },
    confirm: { type: 'boolean' },
    message: { type: 'string', short: 'm' },
  },
  async ask({ positionals, values }, call, { talk }) {
    if (values['confirm'] === true && positionals.length === 0) {
      const served = (await call('POST', '/api/v1/config:confirm')) as Served
      talk(`revision ${served.revision ?? '-'} stays\n`)
      return null
    }
    const [file] = positionals
    if (file === undefined || positionals.length > 1)
      throw new SallyportError('usage', 'name the file')
    const text = textOf(file)
    if (values['dry-run'] === true) {
      const trial = (await call('POST', '/api/v1/config:try', { text })) as { diff: string }
      talk(trial.diff === '' ? 'nothing would change\n' : 'this would change:\n')
      return { value: trial, table: trial.diff }
    }
    return change(talk, values['confirm-within'], async (within) => {
      const { checksum } = (await call('GET', '/api/v1/config')) as Served
      const message = typeof values['message'] === 'string' ? { message: values['message'] } : {}
      return call(
        'PUT',
        '/api/v1/config',
        { text, ...message, ...within },
        { 'if-match': `"${checksum}"` },
      )
    })
  },
})

export const rollback = apiCommand('rollback', {
  usage: '[REVISION] [--confirm-within 60s]',
  options: { 'confirm-within': { type: 'string' } },
  async ask({ positionals, values }, call, { talk }) {
    if (positionals.length > 1) throw new SallyportError('usage', 'name one revision')
    const [wanted] = positionals
    const number = wanted ?? (await revisionBefore(call))
    if (!/^[1-9]\d*$/.test(number))
      throw new SallyportError('usage', `\`${number}\` is no revision`)
    return change(talk, values['confirm-within'], (within) =>
      call('POST', `/api/v1/revisions/${number}:restore`, within),
    )
  },
})

async function change(
  talk: (text: string) => void,
  confirmWithin: unknown,
  make: (within: object) => Promise<unknown>,
): Promise<{ value: unknown; table: string }> {
  const within = typeof confirmWithin === 'string' ? { confirmWithin } : {}
  const served = (await make(within)) as Served & { readonly diff: string }
  talk(`revision ${served.revision ?? '-'} is served by every process\n`)
  if (served.revertsAtMs !== null) {
    const until = new Date(served.revertsAtMs).toISOString()
    talk(`it is taken back at ${until} unless you confirm: sallyport apply --confirm\n`)
  }
  return { value: served, table: served.diff }
}

async function revisionBefore(call: Call): Promise<string> {
  const { items } = (await call('GET', '/api/v1/revisions?limit=2')) as {
    items: readonly Revision[]
  }
  const before = items[1]
  if (before === undefined)
    throw new SallyportError('usage', 'there is no revision before this one')
  return String(before.number)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SallyportError('usage', `cannot read ${file}: ${errorMessage(error)}`)
  }
}
