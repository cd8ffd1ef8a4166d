// What the command palette can lead to: pages, routes, policies, hosts, recent requests by their id, and how the console looks.

import { useMemo } from 'react'
import { CONFIG } from '../api/resources.ts'
import { useResource } from '../api/resource.ts'
import { mapOf, parseConfig, type ParsedConfig } from '../config-text/parse.ts'
import { setLanguage, useLanguage } from '../language/language.ts'
import { useWords } from '../language/words.ts'
import { PAGE_NAMES } from '../pages/registry.ts'
import { navigate } from '../router/location.ts'
import { useSeenPages } from './seen-pages.ts'
import { setTheme } from './theme.ts'
import { LAYOUT_WORDS } from './words.ts'

export interface Choice {
  readonly id: string
  readonly text: string
  readonly detail: string
  readonly run: () => void
}

type Words = (typeof LAYOUT_WORDS)['en']

/** As the gateway makes them, and as programs in front of it may: no word of a page or route looks like that. */
const REQUEST_ID = /^(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9_.:-]{11,99}$/

/** Those that hold each of the words that are typed, in order. */
export function matching(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return choices.filter(({ text, detail }) => {
    const whole = `${text} ${detail}`.toLowerCase()
    return wanted.every((word) => whole.includes(word))
  })
}

/** Whether somebody pasted the id of a request. */
export function isRequestId(typed: string): boolean {
  return REQUEST_ID.test(typed)
}

/** `typed`: in plain characters. */
export function useChoices(typed: string): readonly Choice[] {
  const t = useWords(LAYOUT_WORDS)
  const names = useWords(PAGE_NAMES)
  const language = useLanguage()
  const seen = useSeenPages()
  const { data } = useResource(CONFIG)
  const text = data?.text ?? ''
  const config = useMemo(() => parseConfig(text), [text])
  const things = useMemo(() => thingsOf(t, config), [t, config])
  const pages = seen.map(({ pattern, navigation }) =>
    goTo(pattern, names[navigation.name], `g ${navigation.key}`, pattern),
  )
  const known = matching([...pages, ...things, ...looks(t, language)], typed)
  if (!isRequestId(typed)) return known
  const to = `/explain?request=${encodeURIComponent(typed)}`
  return [...known, goTo(`request ${typed}`, t.explainRequest(typed), '', to)]
}

/** What the configuration names. */
function thingsOf(t: Words, { root, routes, services, issuers }: ParsedConfig): readonly Choice[] {
  const hosts = new Map<string, number>()
  for (const route of routes) {
    for (const host of route.hosts) hosts.set(host, (hosts.get(host) ?? 0) + 1)
  }
  const rules = mapOf(root['egress'])['rules']
  return [
    ...routes.map(({ name, hosts: at, path }) =>
      goTo(
        `route ${name}`,
        name,
        `${t.things.route} · ${at.join(' ')}${path}`,
        `/routes/${encodeURIComponent(name)}`,
      ),
    ),
    ...[...hosts].map(([host, count]) =>
      goTo(
        `host ${host}`,
        host,
        `${t.things.host} · ${t.routesOfHost(count)}`,
        `/routes?q=${encodeURIComponent(host)}`,
      ),
    ),
    ...issuers.map((name) =>
      goTo(`issuer ${name}`, name, `${t.things.policy} · issuer`, '/policies'),
    ),
    ...routes.flatMap(({ name, limits }) =>
      limits.map((limit) =>
        goTo(
          `limit ${name} ${limit}`,
          limit,
          `${t.things.policy} · ${t.things.limit} · ${name}`,
          '/policies/limits',
        ),
      ),
    ),
    ...routes
      .filter(({ cors }) => cors.length > 0)
      .map(({ name, cors }) =>
        goTo(
          `cors ${name}`,
          cors.join(' '),
          `${t.things.policy} · CORS · ${name}`,
          '/policies/cors',
        ),
      ),
    ...(Array.isArray(rules) ? rules : []).flatMap((rule: unknown) => {
      const { name } = mapOf(rule)
      return typeof name === 'string'
        ? [
            goTo(
              `rule ${name}`,
              name,
              `${t.things.policy} · egress`,
              `/egress/rules?q=${encodeURIComponent(name)}`,
            ),
          ]
        : []
    }),
    ...services.map((name) =>
      goTo(`service ${name}`, name, t.things.service, `/services?q=${encodeURIComponent(name)}`),
    ),
  ]
}

function looks(t: Words, language: 'en' | 'ja'): readonly Choice[] {
  return [
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      id: `theme ${theme}`,
      text: `${t.theme}: ${t.themes[theme]}`,
      detail: '',
      run: () => setTheme(theme),
    })),
    {
      id: 'language',
      text: language === 'ja' ? 'English' : '日本語',
      detail: t.language,
      run: () => setLanguage(language === 'ja' ? 'en' : 'ja'),
    },
  ]
}

function goTo(id: string, text: string, detail: string, to: string): Choice {
  return { id, text, detail, run: () => navigate(to) }
}
