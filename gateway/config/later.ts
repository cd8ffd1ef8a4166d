// What the file will be able to say one day and this version must refuse, so that nobody believes it is in force.

import type { ConfigPath, Problem } from '../../sidecar/runtime/problem.ts'

/** `*` stands for any one key or index. */
const LATER: readonly { readonly path: readonly string[]; readonly what: string }[] = [
  { path: ['telemetry', 'traces'], what: 'export traces' },
  { path: ['routes', '*', 'mirror'], what: 'mirror requests' },
  { path: ['services', '*', 'health'], what: 'probe the health of endpoints' },
]

/** The same problem, said better where it is about something this version does not do yet. */
export function explainLater(problem: Problem): Problem {
  const { path } = problem
  if (problem.atKey !== true) return problem
  const later = LATER.find((entry) => isMatch(entry.path, path))
  if (later === undefined) return problem
  return {
    ...problem,
    message: `unknown key \`${path.at(-1)}\`: this version does not ${later.what} yet`,
    fix: 'remove it until a version that does',
  }
}

function isMatch(pattern: readonly string[], path: ConfigPath): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => part === '*' || part === path[index])
  )
}
