// A route's `headers:` rules: what the configuration may set and remove, on requests or on responses.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { headerNameComplaint } from './header-name.ts'
import type { HeaderRulesOptions } from './options.ts'
import type { HeaderRules } from './plan.ts'

// One line of visible ASCII: field values go on the wire as they are (RFC 9110 section 5.5).
const VALUE = /^(?:[!-~](?:[\t -~]*[!-~])?)?$/

/** The compiled rules, or null after at least one report. */
export function compileHeaderRules(
  options: HeaderRulesOptions,
  at: ConfigPath,
  report: Report,
): HeaderRules | null {
  let valid = true
  const set: { name: string; value: string }[] = []
  const named = new Set<string>()
  const claim = (text: string, path: ConfigPath, atKey: boolean): string => {
    const name = text.toLowerCase()
    const complaint = ruleComplaint(name) ?? (named.has(name) ? repeated(name) : null)
    named.add(name)
    if (complaint !== null) {
      valid = false
      report({ severity: 'error', path, ...(atKey ? { atKey } : {}), ...complaint })
    }
    return name
  }
  for (const [key, value] of Object.entries(options.set ?? {})) {
    const path = [...at, 'set', key]
    set.push({ name: claim(key, path, true), value })
    if (VALUE.test(value)) continue
    valid = false
    report({
      severity: 'error',
      path,
      // The value may be a secret: it is not repeated.
      message: `the value of header \`${key}\` is not one line of visible ASCII`,
      fix: 'remove line breaks, control characters and spaces at either end; encode other text',
    })
  }
  const listed = typeof options.remove === 'string' ? [options.remove] : (options.remove ?? [])
  const remove = listed.map((name, index) => {
    const path = typeof options.remove === 'string' ? ['remove'] : ['remove', index]
    return claim(name, [...at, ...path], false)
  })
  return valid ? { set, remove: new Set(remove) } : null
}

function ruleComplaint(name: string): { message: string; fix: string } | null {
  if (name.startsWith('access-control-')) {
    return {
      message: `header \`${name}\` belongs to the CORS policy`,
      fix: "write the route's `cors:` instead",
    }
  }
  if (name === 'vary') {
    return {
      message: 'header `vary` is merged, never replaced',
      fix: 'remove it; caches would mix up the answers for different callers',
    }
  }
  return headerNameComplaint(name)
}

function repeated(name: string): { message: string; fix: string } {
  return { message: `header \`${name}\` is named twice`, fix: 'keep one of them' }
}
