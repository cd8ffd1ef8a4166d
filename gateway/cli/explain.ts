// `sallyport explain`: why a request got the answer it got, or would get, down to file, line and column.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand } from './api-command.ts'
import type { CommandArguments } from './command.ts'
import { readCurl } from './explain-curl.ts'
import { formatTable } from './table.ts'
import { EXPLAIN_WORDS } from './words/explain-words.ts'
import type { Language } from './words/language.ts'

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface Explained {
  readonly plane: string
  readonly verdict: 'allow' | 'deny' | 'unknown'
  readonly status: number | null
  readonly reason: string
  readonly rule: string
  readonly route: string | null
  readonly service: string | null
  readonly steps: readonly {
    readonly step: string
    readonly verdict: 'pass' | 'fail' | 'skip'
    readonly reason: string
    readonly rule: string
    readonly detail: string
    readonly place: Place | null
  }[]
  readonly lost: readonly {
    readonly route: string
    readonly why: string
    readonly detail: string
    readonly place: Place | null
  }[]
  readonly recorded: {
    readonly id: string
    readonly status: number
    readonly reason: string
    readonly revision: number
  } | null
  readonly isOther: boolean
}

export const explain = apiCommand('explain', {
  usage:
    'REQUEST-ID | last | -- curl … | --egress --from SERVICE HOST[:PORT] | --mesh --from A --to B METHOD PATH',
  options: {
    egress: { type: 'boolean' },
    mesh: { type: 'boolean' },
    from: { type: 'string' },
    to: { type: 'string' },
    method: { type: 'string' },
    path: { type: 'string' },
    client: { type: 'string' },
    listener: { type: 'string' },
  },
  async ask(args, call, { language }) {
    const value = (await call('POST', '/api/v1/explain', questionOf(args))) as Explained
    return { value, table: told(value, language) }
  },
})

/** The body of the call. Throws SallyportError `usage`. */
export function questionOf({ values, positionals }: CommandArguments): object {
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  const [first, second] = positionals
  if (values['egress'] === true) return egressQuestion(text, positionals)
  if (values['mesh'] === true) {
    const [from, to] = [text('from'), text('to')]
    if (from === undefined || to === undefined || first === undefined || second === undefined) {
      throw new SallyportError('usage', 'write --mesh --from SERVICE --to SERVICE METHOD PATH')
    }
    return { mesh: { from, to, method: first.toUpperCase(), path: second } }
  }
  if (first === undefined) {
    throw new SallyportError('usage', 'write a request id, `last`, or `-- curl …`')
  }
  if (first === 'curl' || positionals.length > 1 || first.includes('/')) {
    const client = text('client')
    const listener = text('listener')
    const more = {
      ...(client === undefined ? {} : { clientIp: client }),
      ...(listener === undefined ? {} : { listener }),
    }
    return { http: { ...readCurl(positionals), ...more } }
  }
  return { request: first }
}

function egressQuestion(
  text: (name: string) => string | undefined,
  positionals: readonly string[],
): object {
  const [to] = positionals
  if (to === undefined || positionals.length > 1) {
    throw new SallyportError('usage', 'write --egress --from SERVICE HOST[:PORT]')
  }
  const [method, path] = [text('method'), text('path')]
  return {
    egress: {
      from: text('from') ?? 'anonymous',
      to,
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path }),
    },
  }
}

const MARKS = { pass: 'ok', fail: 'FAIL', skip: '-' } as const

/** For people. */
export function told(explained: Explained, language: Language = 'en'): string {
  const t = EXPLAIN_WORDS[language]
  const rows = explained.steps.map(({ step, verdict, reason, rule, detail, place }) => ({
    step,
    verdict: MARKS[verdict],
    reason: verdict === 'pass' && reason === 'ok' ? '' : reason,
    rule,
    where: placeText(place),
    value: detail,
  }))
  const lost = explained.lost.map(({ route, why, detail, place }) => ({
    'other route': route,
    lost: why,
    where: placeText(place),
    because: detail,
  }))
  const others = lost.length === 0 ? '' : `\n${formatTable(lost, language)}`
  const table = formatTable(rows, language)
  return `${headline(explained, t)}\n${history(explained, t)}\n${table}${others}`
}

type Words = (typeof EXPLAIN_WORDS)[Language]

function headline(explained: Explained, t: Words): string {
  const { plane, verdict, status, reason, route, service, steps } = explained
  const on = route === null ? '' : t.on(route)
  const to = service === null || verdict !== 'allow' ? '' : t.to(service)
  const answer = status === null ? '' : String(status)
  if (verdict === 'unknown') return t.notKnown(plane, on)
  if (verdict === 'allow') return t.letThrough(plane, `${on}${to}`, answer)
  const failed = steps.find((step) => step.verdict === 'fail')
  const where = failed === undefined || failed.place === null ? '' : ` · ${placeText(failed.place)}`
  return t.refused(plane, answer, reason, on, `${failed?.detail ?? ''}${where}`)
}

function history({ recorded, isOther }: Explained, t: Words): string {
  if (recorded === null) return ''
  const { id, status, reason, revision } = recorded
  const other = isOther ? t.other(String(revision)) : ''
  return `${t.answered(id, String(status), reason)}${other}\n`
}

function placeText(place: Place | null): string {
  return place === null ? '' : `${place.file}:${place.line}:${place.column}`
}
