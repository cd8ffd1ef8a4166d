// `sallyport history`, `diff`, `apply` and `rollback`: what is served, what was, and changing it.

import { readFileSync } from 'node:fs'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call } from './api-command.ts'
import { askImpact, impactText } from './diff-impact.ts'
import type { CommandContext } from './command.ts'
import { TAKEN_BACK_OPTIONS, TAKEN_BACK_USAGE, takenBackUnless } from './taken-back.ts'
import { COMMAND_WORDS } from './words/command-words.ts'

interface Revision {
  readonly number: number
  readonly atMs: number
  readonly author: string
  readonly origin: string
  readonly message: string
  readonly tag: string
}

interface Served {
  readonly text: string
  readonly checksum: string
  readonly revision: number | null
  readonly revertsAtMs: number | null
  readonly guard: { readonly points: number; readonly windowMs: number } | null
}

export const history = apiCommand('history', {
  usage: '[tag REVISION NAME | untag REVISION]',
  async ask({ positionals }, call, { language = 'en' }) {
    const [verb, number = '', tag] = positionals
    const path = `/api/v1/revisions/${encodeURIComponent(number)}/tag`
    if (verb === 'tag' && positionals.length === 3) {
      const value = await call('PUT', path, { tag })
      return { value, table: [{ revision: number, tag: tag ?? '' }] }
    }
    if (verb === 'untag' && positionals.length === 2) {
      await call('DELETE', path)
      return null
    }
    if (verb !== undefined) throw new SallyportError('usage', COMMAND_WORDS[language].historyVerbs)
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
    const rows = items.map(({ number: revision, atMs, author, origin, message, tag: name }) => ({
      revision: String(revision),
      tag: name,
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
  async ask({ positionals, values }, call, { language = 'en' }) {
    const [what] = positionals
    if (what === undefined || positionals.length > 1) {
      throw new SallyportError('usage', COMMAND_WORDS[language].nameFileOrRevision)
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
  usage: `FILE [--dry-run] ${TAKEN_BACK_USAGE} [-m MESSAGE] | --confirm`,
  options: {
    'dry-run': { type: 'boolean' },
    ...TAKEN_BACK_OPTIONS,
    confirm: { type: 'boolean' },
    message: { type: 'string', short: 'm' },
  },
  async ask({ positionals, values }, call, { talk, language = 'en' }) {
    const t = COMMAND_WORDS[language]
    if (values['confirm'] === true && positionals.length === 0) {
      const served = (await call('POST', '/api/v1/config:confirm')) as Served
      talk(t.stays(String(served.revision ?? '-')))
      return null
    }
    const [file] = positionals
    if (file === undefined || positionals.length > 1) throw new SallyportError('usage', t.nameFile)
    const text = textOf(file)
    if (values['dry-run'] === true) {
      const trial = (await call('POST', '/api/v1/config:try', { text })) as { diff: string }
      talk(trial.diff === '' ? t.noChange : t.wouldChange)
      return { value: trial, table: trial.diff }
    }
    return change({ talk, language }, takenBackUnless(values), async (within) => {
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
  usage: `[REVISION] ${TAKEN_BACK_USAGE}`,
  options: TAKEN_BACK_OPTIONS,
  async ask({ positionals, values }, call, { talk, language = 'en' }) {
    const t = COMMAND_WORDS[language]
    if (positionals.length > 1) throw new SallyportError('usage', t.nameOneRevision)
    const [wanted] = positionals
    const number = wanted ?? (await revisionBefore(call, t.noneBefore))
    if (!/^[1-9]\d*$/.test(number)) throw new SallyportError('usage', t.noRevision(number))
    return change({ talk, language }, takenBackUnless(values), (within) =>
      call('POST', `/api/v1/revisions/${number}:restore`, within),
    )
  },
})

async function change(
  { talk, language = 'en' }: Pick<CommandContext, 'talk' | 'language'>,
  within: object,
  make: (within: object) => Promise<unknown>,
): Promise<{ value: unknown; table: string }> {
  const served = (await make(within)) as Served & { readonly diff: string }
  const t = COMMAND_WORDS[language]
  talk(t.served(String(served.revision ?? '-')))
  if (served.revertsAtMs !== null) talk(t.takenBack(new Date(served.revertsAtMs).toISOString()))
  if (served.guard !== null) talk(t.guarded(served.guard.points, served.guard.windowMs / 1000))
  return { value: served, table: served.diff }
}

async function revisionBefore(call: Call, refusal: string): Promise<string> {
  const { items } = (await call('GET', '/api/v1/revisions?limit=2')) as {
    items: readonly Revision[]
  }
  const before = items[1]
  if (before === undefined) throw new SallyportError('usage', refusal)
  return String(before.number)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SallyportError('usage', `cannot read ${file}: ${errorMessage(error)}`)
  }
}
