// From the words after `per`, or under `key:`, to the parts of a limit's key.

import { closest } from '../../sidecar/runtime/suggest.ts'
import type { KeyPart } from './plan.ts'

const PLAIN = ['ip', 'sub', 'issuer', 'route'] as const
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const ALL = 'ip, sub, issuer, route, claim:NAME and header:NAME'

/** The parts in the order written; `problem` is told what is wrong with any of them. */
export function compileKey(
  texts: readonly string[],
  problem: (message: string, fix: string) => void,
): KeyPart[] {
  const parts: KeyPart[] = []
  const seen = new Set<string>()
  for (const text of texts) {
    const part = compilePart(text, problem)
    if (part === null) continue
    const id = 'name' in part ? `${part.kind}:${part.name}` : part.kind
    if (seen.has(id)) problem(`\`${text}\` is listed twice`, 'remove one of them')
    seen.add(id)
    parts.push(part)
  }
  return parts
}

function compilePart(
  text: string,
  problem: (message: string, fix: string) => void,
): KeyPart | null {
  const plain = PLAIN.find((kind) => kind === text)
  if (plain !== undefined) return { kind: plain }
  const [, kind, name = ''] = /^(claim|header):(.*)$/.exec(text) ?? []
  if (kind === 'claim' && name !== '') return { kind, name }
  if (kind === 'header' && HEADER_NAME.test(name)) return { kind, name: name.toLowerCase() }
  if (kind !== undefined) {
    problem(`\`${text}\` names no ${kind}`, `write \`${kind}:\` and the name of the ${kind}`)
    return null
  }
  const near = closest(text, [...PLAIN, 'claim', 'header'])
  const isNamed = near === 'claim' || near === 'header'
  const fix = near === null ? `write ${ALL}` : `did you mean \`${near}${isNamed ? ':NAME' : ''}\`?`
  problem(`\`${text}\` is nothing a limit can count by`, fix)
  return null
}
