// Which language the command line speaks: what `--lang` says, or what the system's locale asks for.

import { LANGUAGES, type Language } from '../../language/language.ts'

export { words, type Language } from '../../language/language.ts'

export type LanguageChoice =
  | { readonly kind: 'chosen'; readonly language: Language; readonly rest: readonly string[] }
  /** `--lang` with something else behind it. */
  | { readonly kind: 'unknown'; readonly language: Language; readonly given: string }

/** Takes `--lang en`, `--lang=ja` out of `args`, wherever before a `--` it stands. */
export function chooseLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): LanguageChoice {
  const end = args.indexOf('--')
  const at = args.findIndex(
    (arg, index) => (end === -1 || index < end) && /^--lang(?:=|$)/.test(arg),
  )
  if (at === -1) return { kind: 'chosen', language: localeLanguage(env), rest: args }
  const isJoined = args[at]!.includes('=')
  const given = isJoined ? args[at]!.slice('--lang='.length) : (args[at + 1] ?? '')
  const rest = [...args.slice(0, at), ...args.slice(at + (isJoined ? 1 : 2))]
  const language = LANGUAGES.find((one) => one === given)
  if (language === undefined) return { kind: 'unknown', language: localeLanguage(env), given }
  return { kind: 'chosen', language, rest }
}

/** As POSIX has it: the first of LC_ALL, LC_MESSAGES and LANG that says anything. */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value)
  return locale !== undefined && /^ja(?:[_.@-]|$)/i.test(locale) ? 'ja' : 'en'
}
