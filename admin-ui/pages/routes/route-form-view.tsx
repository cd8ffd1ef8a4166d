// The form of one route: what is missing stands at its field, and what the gateway finds wrong with what was typed, too.

import { useMemo, useState } from 'react'
import { NotEditable } from '../../config-text/edit.ts'
import { parseConfig, type ParsedConfig, type RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Form } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Faults } from '../../kit/problem.tsx'
import { problemsOf, useTrial } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { Equivalents } from './equivalents.tsx'
import { CallerFields, MatchFields, PolicyFields } from './route-fields.tsx'
import {
  addRoute,
  changeRoute,
  fieldsOf,
  NEW_ROUTE,
  normalized,
  otherKeys,
  type RouteFields,
} from './route-form.ts'
import { problemsOfRoute, type RouteProblems } from './route-problems.ts'
import { ROUTE_WORDS } from './words.ts'

export interface RouteFormViewProps {
  readonly text: string
  readonly config: ParsedConfig
  /** null: a new one. */
  readonly route: RouteView | null
  readonly isReadOnly: boolean
  readonly onSave: (text: string, name: string) => void
}

type Words = (typeof ROUTE_WORDS)['en']
type Faults = Partial<Record<keyof RouteFields, string>>

export function RouteFormView({ text, config, route, isReadOnly, onSave }: RouteFormViewProps) {
  const t = useWords(ROUTE_WORDS)
  const original = route === null ? newRoute(config) : fieldsOf(route)
  const [edited, setEdited] = useState<Partial<RouteFields>>({})
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const fields = { ...original, ...edited }
  const read = normalized(fields)
  const missing = missingOf(t, read, config, route)
  const isWhole = Object.keys(missing).length === 0
  const wanted = isWhole ? wantedText(text, route, original, read) : null
  const found = useProblems(wanted === text ? null : wanted, route)
  const faults = { ...faultsOf(t, found), ...(isTried && missing) }
  const save = (): void => {
    setTried(true)
    setStuck(isWhole && wanted === null)
    if (isReadOnly || wanted === null || wanted === text) return
    setEdited({})
    onSave(wanted, read.name)
  }
  const set =
    (key: keyof RouteFields) =>
    (value: string): void =>
      setEdited({ ...edited, ...onlyIssuer(key, value, fields, config), [key]: value })
  const props = { fields, read, config, faults, isReadOnly, set }
  const isChanged = Object.keys(edited).length > 0
  return (
    <>
      <Panel>
        <Form onSubmit={save}>
          <MatchFields {...props} />
          <Shadows found={found} />
          <CallerFields {...props} />
          <PolicyFields {...props} />
          {route !== null && otherKeys(route).length > 0 && (
            <p className="hint">{t.fields.others(otherKeys(route).join(', '))}</p>
          )}
          {found.others.length > 0 && <Faults problems={found.others} />}
          {isStuck && <Notice tone="bad" title={t.notEditable} />}
          {!isReadOnly && (
            <div className="row">
              <Button type="submit" kind="primary">
                {t.save}
              </Button>
              <span className="fault" role="status">
                {isTried && Object.values(missing).join(' ')}
              </span>
              {route !== null && !isChanged && <span className="hint">{t.noChange}</span>}
            </div>
          )}
        </Form>
      </Panel>
      <Preview text={wanted} name={read.name} />
    </>
  )
}

/** Two routes for the same requests: only one of them is ever asked. */
function Shadows({
  found: { shadowedBy, shadows },
}: {
  readonly found: Pick<RouteProblems, 'shadowedBy' | 'shadows'>
}) {
  const t = useWords(ROUTE_WORDS)
  return (
    <>
      {shadowedBy !== null && (
        <Notice tone="warn" title={t.shadowedBy(shadowedBy)}>
          {t.shadowedHint}{' '}
          <Link to={`/routes/${encodeURIComponent(shadowedBy)}`}>{shadowedBy}</Link>
        </Notice>
      )}
      {shadows.length > 0 && (
        <Notice tone="warn" title={t.shadows(shadows.join(', '))}>
          {t.shadowedHint}
        </Notice>
      )}
    </>
  )
}

/** The route as the form has it now, without the console. */
function Preview({ text, name }: { readonly text: string | null; readonly name: string }) {
  const route = useMemo(
    () => (text === null ? null : parseConfig(text).routes.findLast((one) => one.name === name)),
    [text, name],
  )
  return text === null || route == null ? null : <Equivalents text={text} route={route} />
}

/** null where only a person can edit that place of the file. */
function wantedText(
  text: string,
  route: RouteView | null,
  original: RouteFields,
  read: RouteFields,
): string | null {
  try {
    return route === null ? addRoute(text, read) : changeRoute(text, route, original, read)
  } catch (error) {
    if (error instanceof NotEditable) return null
    throw error
  }
}

/** `wanted` null: nothing is typed that could be asked about. */
function useProblems(wanted: string | null, route: RouteView | null): RouteProblems {
  const trial = useTrial(wanted)
  return useMemo(() => {
    if (wanted === null) return problemsOfRoute([], -1, new Map())
    const { routes } = parseConfig(wanted)
    const names = new Map(routes.map(({ index, name }) => [index, name]))
    return problemsOfRoute(problemsOf(trial), route?.index ?? routes.at(-1)?.index ?? -1, names)
  }, [trial, wanted, route])
}

function newRoute(config: ParsedConfig): RouteFields {
  return { ...NEW_ROUTE, ...onlyIssuer('auth', 'token', NEW_ROUTE, config) }
}

/** Who asks for tokens need not choose where there is one issuer alone. */
function onlyIssuer(
  key: keyof RouteFields,
  value: string,
  { issuer }: RouteFields,
  { issuers }: ParsedConfig,
): Partial<RouteFields> {
  const [only] = issuers
  const isChosen = key !== 'auth' || value !== 'token' || issuer !== ''
  return isChosen || only === undefined || issuers.length > 1 ? {} : { issuer: only }
}

/** What the gateway says, at the field it is about, with where that would stand in the file. */
function faultsOf(t: Words, { byField }: RouteProblems): Faults {
  const faults: Faults = {}
  for (const [key, { detail, hint, line, column }] of Object.entries(byField)) {
    const place = line === undefined ? '' : ` (${t.place(line, column ?? 1)})`
    faults[key as keyof RouteFields] = `${detail}${hint === '' ? '' : ` → ${hint}`}${place}`
  }
  return faults
}

/** What the gateway would refuse for certain; everything else it says itself. */
function missingOf(
  { needs }: Words,
  fields: RouteFields,
  { routes }: ParsedConfig,
  route: RouteView | null,
): Faults {
  const faults: Faults = {}
  if (fields.name === '') faults.name = needs.name
  else if (routes.some(({ name, index }) => name === fields.name && index !== route?.index))
    faults.name = needs.nameTaken
  if (!fields.path.startsWith('/')) faults.path = needs.path
  if (fields.to === '') faults.to = needs.to
  if (fields.auth === 'token') {
    if (fields.issuer === '') faults.issuer = needs.issuer
    if (fields.audience === '') faults.audience = needs.audience
  }
  return faults
}
