// `sallyport doctor`: looks at everything the gateway depends on, and says what to do where something is not well.

import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { stringify } from 'yaml'
import { compilePlan } from '../config/compile.ts'
import { disk } from '../config/disk.ts'
import { loadConfig } from '../config/load.ts'
import type { CheckContext } from '../control/system/check-context.ts'
import {
  CHECK_GROUPS,
  runChecks,
  tell,
  worstOf,
  type CheckGroup,
  type ToldFinding,
} from '../control/system/check.ts'
import { CHECK_WORDS } from '../control/system/check-words.ts'
import { allChecks } from '../control/system/checks/all.ts'
import { realProbes } from '../control/system/probes.ts'
import { policyTests } from '../decide/policy-tests.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'
import { ApiFailure, callApi } from './api-client.ts'
import { apiTarget, TARGET_OPTIONS, TARGET_USAGE } from './api-target.ts'
import type { Command, CommandArguments, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { DOCTOR_WORDS } from './words/doctor-words.ts'
import type { Language } from './words/language.ts'

const DEFAULT_FILE = 'sallyport.yaml'
const AGAIN_MS = 1000
const USAGE = `sallyport doctor [--pre] [--only GROUP]… [--skip GROUP]… [--wait 60s] ${TARGET_USAGE} [-o table|json|yaml]`

export const doctor: Command = {
  usage: USAGE,
  options: {
    ...TARGET_OPTIONS,
    pre: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    skip: { type: 'string', multiple: true },
    wait: { type: 'string' },
    output: { type: 'string', short: 'o' },
  },
  async run(args, context) {
    try {
      return await examine(args, context)
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== 'usage') throw error
      context.talk(`sallyport doctor: ${error.message}\nusage: ${USAGE}\n`)
      return ExitCode.usage
    }
  },
}

interface Wish {
  readonly groups: readonly CheckGroup[]
  readonly waitMs: number
  readonly output: 'table' | 'json' | 'yaml'
  /** Of what programs read: always English. */
  readonly language: Language
}

async function examine(args: CommandArguments, context: CommandContext): Promise<number> {
  const { clock, out, talk } = context
  const wish = wishOf(args, context.language ?? 'en')
  const untilMs = clock.monotonicMs() + wish.waitMs
  for (;;) {
    const { items, isAlone } = await look(args, wish, context)
    const status = worstOf(items)
    if (status === 'failed' && clock.monotonicMs() < untilMs) {
      await pause(AGAIN_MS)
      continue
    }
    const answer = { status, items }
    if (wish.output === 'json') out(`${JSON.stringify(answer, null, 2)}\n`)
    else if (wish.output === 'yaml') out(stringify(answer))
    else {
      out(listed(items, wish.language, context.colour))
      talk(`${summary(items, wish.language)}\n`)
      if (isAlone) talk(`${DOCTOR_WORDS[wish.language].fileOnly}\n`)
    }
    return status === 'failed' ? ExitCode.failure : ExitCode.ok
  }
}

/** Throws `usage`. */
function wishOf({ values, positionals }: CommandArguments, language: Language): Wish {
  const t = DOCTOR_WORDS[language]
  const {
    only,
    skip,
    wait,
    output = 'table',
  } = values as {
    only?: readonly string[]
    skip?: readonly string[]
    wait?: string
    output?: string
  }
  if (positionals.length > 0) throw usage(`\`${positionals[0]}\`?`)
  if (only !== undefined && skip !== undefined) throw usage(t.cannotBoth)
  const named = (names: readonly string[]): readonly CheckGroup[] =>
    names.flatMap((list) => list.split(',')).map((name) => groupOf(name, t.noSuchGroup))
  const without = named(skip ?? [])
  const groups =
    only === undefined ? CHECK_GROUPS.filter((group) => !without.includes(group)) : named(only)
  const waitMs = wait === undefined ? 0 : parseDurationMs(wait)
  if (waitMs === null) throw usage(t.badWait(wait ?? ''))
  if (output !== 'table' && output !== 'json' && output !== 'yaml') {
    throw usage('-o: write table, json or yaml')
  }
  return { groups, waitMs, output, language: output === 'table' ? language : 'en' }
}

function groupOf(name: string, refusal: (name: string, known: string) => string): CheckGroup {
  const group = CHECK_GROUPS.find((one) => one === name)
  if (group !== undefined) return group
  throw usage(refusal(name, CHECK_GROUPS.join(', ')))
}

/** What the running gateway says, or, before it runs or where it does not answer, what can be seen from here. */
async function look(
  args: CommandArguments,
  { groups, language }: Wish,
  context: CommandContext,
): Promise<{ readonly items: readonly ToldFinding[]; readonly isAlone: boolean }> {
  const wanted = ({ group }: ToldFinding): boolean => groups.includes(group)
  if (args.values['pre'] === true) {
    const items = await fromFile(args, groups, language, context)
    return { items: items.filter(wanted), isAlone: false }
  }
  const target = apiTarget(args, context)
  try {
    const path = `/api/v1/system/checks?lang=${language}`
    const { items } = (await callApi(target, 'GET', path)) as {
      items: readonly ToldFinding[]
    }
    return { items: items.filter(wanted), isAlone: false }
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== 'unreachable') throw error
    const away: ToldFinding = {
      group: 'node',
      id: 'node.running',
      status: 'failed',
      ...CHECK_WORDS[language].notRunning(error.message),
    }
    if (target.kind === 'server') return { items: [away], isAlone: false }
    const items = await fromFile(args, groups, language, context)
    return { items: [away, ...items.filter(wanted)], isAlone: true }
  }
}

async function fromFile(
  { values }: CommandArguments,
  groups: readonly CheckGroup[],
  language: Language,
  { clock, env }: CommandContext,
): Promise<readonly ToldFinding[]> {
  const file = resolve(typeof values['config'] === 'string' ? values['config'] : DEFAULT_FILE)
  const loaded = await loadConfig(file, {
    ...disk,
    env,
    clock,
    runTests: policyTests('error'),
  })
  const isLoaded = loaded.kind === 'loaded'
  const context: CheckContext = {
    nowMs: clock.wallMs(),
    file,
    dataDir: resolve(dirname(file), (isLoaded && loaded.config.dataDir) || './data'),
    loaded,
    plan: isLoaded ? compilePlan(loaded.config, loaded.materials, 0, () => {}) : null,
    running: null,
    probes: realProbes(clock, Math.random),
  }
  const checks = allChecks(context).filter(({ group }) => groups.includes(group))
  return tell(await runChecks(checks, clock), language)
}

const SIGNS = { ok: '√', warning: '‼', failed: '×' } as const
const COLOURS = { ok: 32, warning: 33, failed: 31 } as const

function listed(items: readonly ToldFinding[], language: Language, colour: boolean): string {
  const { groups } = DOCTOR_WORDS[language]
  const lines: string[] = []
  for (const group of CHECK_GROUPS) {
    const found = items.filter((item) => item.group === group)
    if (found.length === 0) continue
    if (lines.length > 0) lines.push('')
    lines.push(groups[group])
    for (const { status, detail, hint, id } of found) {
      const sign = colour ? `\u001b[${COLOURS[status]}m${SIGNS[status]}\u001b[0m` : SIGNS[status]
      lines.push(`  ${sign} ${detail}${status === 'ok' ? '' : `  [${id}]`}`)
      if (hint !== '') lines.push(`      → ${hint}`)
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function summary(items: readonly ToldFinding[], language: Language): string {
  const count = (wanted: string): number => items.filter(({ status }) => status === wanted).length
  const [failed, warnings] = [count('failed'), count('warning')]
  const t = DOCTOR_WORDS[language]
  return failed + warnings === 0 ? t.allGood(items.length) : t.someBad(failed, warnings)
}

function usage(message: string): SallyportError {
  return new SallyportError('usage', message)
}
