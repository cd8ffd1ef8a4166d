// Puts the values of `${env:NAME}` and `${file:path}` into the texts of a configuration.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'

/** A value that came from outside the file, and must not be shown. */
export interface Secret {
  readonly path: ConfigPath
  /** As written: `${env:OIDC_SECRET}`. */
  readonly reference: string
  readonly value: string
}

export interface SubstitutionSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file's text, or why it cannot be had. */
  readonly readFile: (path: string) => { readonly text: string } | { readonly error: string }
}

export interface Substituted {
  readonly value: unknown
  readonly secrets: readonly Secret[]
}

const REFERENCE = /\$\{([^}]*)(\}?)/g
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const FIX = 'write `${env:NAME}` or `${file:path}`'

/** A copy of `value` with every reference resolved; keys are left alone, and what is put in is not read again. */
export function substitute(
  value: unknown,
  sources: SubstitutionSources,
  report: Report,
): Substituted {
  const secrets: Secret[] = []

  function walk(node: unknown, path: ConfigPath): unknown {
    if (typeof node === 'string') return node.includes('${') ? resolveText(node, path) : node
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]))
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]),
    )
  }

  function resolveText(text: string, path: ConfigPath): string {
    return text.replace(REFERENCE, (reference: string, inner: string, end: string) => {
      const found = end === '' ? { error: `\`${reference}\` is not closed`, fix: FIX } : look(inner)
      if ('error' in found) {
        report({ severity: 'error', path, message: found.error, fix: found.fix })
        return reference
      }
      secrets.push({ path, reference, value: found.value })
      return found.value
    })
  }

  function look(inner: string): { value: string } | { error: string; fix: string } {
    const colon = inner.indexOf(':')
    const kind = inner.slice(0, Math.max(colon, 0))
    const name = inner.slice(colon + 1)
    if (kind === 'env' && ENV_NAME.test(name)) {
      const value = Object.hasOwn(sources.env, name) ? sources.env[name] : undefined
      if (value !== undefined && value !== '') return { value }
      const state = value === '' ? 'empty' : 'not set'
      return { error: `environment variable ${name} is ${state}`, fix: 'set it, then start again' }
    }
    if (kind === 'file' && name !== '') {
      const file = sources.readFile(name)
      if ('error' in file) {
        const fix = 'paths begin at the folder of this file'
        return { error: `cannot read file ${name}: ${file.error}`, fix }
      }
      const value = file.text.replace(/\r?\n$/, '')
      return value === ''
        ? { error: `file ${name} is empty`, fix: 'put the value into it' }
        : { value }
    }
    return { error: `\`\${${inner}}\` is not understood`, fix: FIX }
  }

  return { value: walk(value, []), secrets }
}
