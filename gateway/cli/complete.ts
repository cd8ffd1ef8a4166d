// `sallyport __complete`, for completion scripts: names that could stand here, one a line, quickly or not at all.

import { readDocument } from '../config/document.ts'
import { callApi } from './api-client.ts'
import { apiTarget, TARGET_OPTIONS } from './api-target.ts'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'

/** Whoever presses a key waits no longer. */
const LONGEST_MS = 300
const MAX_NAMES = 500
/** Shells read what is printed here: nothing else ever is. */
const HARMLESS = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/

export const NAME_KINDS = ['routes', 'services', 'revisions', 'nodes'] as const
export type NameKind = (typeof NAME_KINDS)[number]

export const complete: Command = {
  usage: 'sallyport __complete routes|services|revisions|nodes [-c FILE …]',
  options: TARGET_OPTIONS,
  async run(args, context) {
    const kind = NAME_KINDS.find((one) => one === args.positionals[0])
    if (kind === undefined) return ExitCode.ok
    const names = (async () => {
      const target = apiTarget(args, context)
      return namesOf(kind, (path) => callApi(target, 'GET', path))
    })()
    const late = new Promise<readonly string[]>((resolve) => {
      context.clock.after(LONGEST_MS, () => resolve([]))
    })
    const found = await Promise.race([names, late]).catch(() => [])
    const lines = found.filter((name) => HARMLESS.test(name)).slice(0, MAX_NAMES)
    context.out(lines.map((name) => `${name}\n`).join(''))
    return ExitCode.ok
  },
}

async function namesOf(
  kind: NameKind,
  get: (path: string) => Promise<unknown>,
): Promise<readonly string[]> {
  switch (kind) {
    case 'revisions': {
      const { items } = (await get('/api/v1/revisions?limit=30')) as { items: { number: number }[] }
      return items.map(({ number }) => String(number))
    }
    case 'nodes': {
      const { items } = (await get('/api/v1/nodes')) as { items: { name: string }[] }
      return items.map(({ name }) => name)
    }
    case 'routes':
    case 'services': {
      const { text } = (await get('/api/v1/config')) as { text: string }
      const { routes = [], services = {} } = (readDocument(text).value ?? {}) as {
        routes?: readonly { name?: unknown }[]
        services?: object
      }
      if (kind === 'services') return Object.keys(services)
      return routes.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
    }
    default:
      throw new TypeError(`nobody knows ${String(kind satisfies never)}`)
  }
}
