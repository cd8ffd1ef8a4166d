// One route as a form or as the file's own text: two views of one draft.

import { useMemo, useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { removeItem } from '../../config-text/edit.ts'
import { parseConfig, type ParsedConfig, type RouteView } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Empty, Notice, Page, Panel } from '../../kit/page.tsx'
import { Faults, Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { tell } from '../../kit/toasts.tsx'
import { problemsOf, useTrial, YamlEditor, type Trial } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { navigate, useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { RouteFormView } from './route-form-view.tsx'
import { TestLink } from './test-link.tsx'
import { ROUTE_WORDS } from './words.ts'

/** No name of a route begins with a plus sign. */
export const NEW = '+new'

export function RouteEditor({ params: { name = '' } }: PageProps) {
  const t = useWords(ROUTE_WORDS)
  const reading = useResource(CONFIG)
  const title = name === NEW ? t.new : name
  return (
    <Page title={title} parent={['/routes', t.title]}>
      <Loaded resource={CONFIG} reading={reading}>
        {(served) => <Editor key={name} served={served} name={name} />}
      </Loaded>
    </Page>
  )
}

function Editor({ served, name }: { readonly served: Served; readonly name: string }) {
  const t = useWords(ROUTE_WORDS)
  const mayChange = useMay('operator')
  const [tab] = useQueryField('view')
  const desk = useDraft()
  const text = desk.textOver(served)
  const config = useMemo(() => parseConfig(text), [text])
  const route = config.routes.find((one) => one.name === name) ?? null
  const trial = useTrial(text)
  if (config.fault !== null) {
    return (
      <Notice tone="bad" title={t.fault}>
        <Link to="/config">{config.fault}</Link>
      </Notice>
    )
  }
  if (route === null && name !== NEW) {
    return (
      <Empty title={t.gone}>
        <p className="hint">{t.goneHint}</p>
        <Link className="button" to="/routes">
          {t.title}
        </Link>
      </Empty>
    )
  }
  const base = `/routes/${encodeURIComponent(name)}`
  return (
    <>
      {!mayChange && <Notice tone="info" title={t.readOnly} />}
      {route !== null && (
        <Tabs
          label={route.name}
          current={tab === 'yaml' ? `${base}?view=yaml` : base}
          tabs={[
            { to: base, text: t.form },
            { to: `${base}?view=yaml`, text: t.yaml },
          ]}
        />
      )}
      {tab === 'yaml' && route !== null ? (
        <YamlView served={served} text={text} line={route.line} trial={trial} />
      ) : (
        <FormView served={served} text={text} config={config} route={route} />
      )}
      {route !== null && <State trial={trial} isDraft={desk.draft !== null} />}
    </>
  )
}

interface YamlViewProps {
  readonly served: Served
  readonly text: string
  readonly line: number
  readonly trial: Trial
}

function YamlView({ served, text, line, trial }: YamlViewProps) {
  const t = useWords(ROUTE_WORDS)
  const mayChange = useMay('operator')
  const desk = useDraft()
  const [goTo] = useState({ line, column: 1 })
  return (
    <Panel>
      <YamlEditor
        label={t.yaml}
        text={text}
        onChange={(next) => desk.save(served, next)}
        trial={trial}
        isReadOnly={!mayChange}
        goTo={goTo}
      />
    </Panel>
  )
}

interface FormViewProps {
  readonly served: Served
  readonly text: string
  readonly config: ParsedConfig
  readonly route: RouteView | null
}

function FormView({ served, text, config, route }: FormViewProps) {
  const t = useWords(ROUTE_WORDS)
  const mayChange = useMay('operator')
  const desk = useDraft()
  const save = (next: string, name: string): void => {
    desk.save(served, next)
    tell(t.saved)
    if (name !== route?.name) navigate(`/routes/${encodeURIComponent(name)}`, 'replace')
  }
  const remove = (): void => {
    if (route === null) return
    desk.save(served, removeItem(text, ['routes', route.index]))
    navigate('/routes')
    tell(t.removed(route.name), { label: t.undo, run: () => desk.save(served, text) })
  }
  return (
    <>
      <RouteFormView
        text={text}
        config={config}
        route={route}
        isReadOnly={!mayChange}
        onSave={save}
      />
      {route !== null && (
        <p className="row">
          <TestLink route={route} className="button" />
          {mayChange && config.routes.length > 1 && (
            <Button kind="quiet" onClick={remove}>
              {t.remove}
            </Button>
          )}
        </p>
      )}
    </>
  )
}

/** What the gateway says of the draft, whole. */
function State({ trial, isDraft }: { readonly trial: Trial; readonly isDraft: boolean }) {
  const t = useWords(ROUTE_WORDS)
  if (!isDraft) return null
  if (trial.kind === 'asking') return <p className="muted">{t.checking}</p>
  const goTo = ({ line = 1, column = 1 }: { line?: number; column?: number }): void =>
    navigate(`/config?line=${line}&column=${column}`)
  if (trial.kind === 'refused') return <Problem refusal={trial.refusal} onGoTo={goTo} />
  return problemsOf(trial).length === 0 ? (
    <Notice tone="ok" title={t.valid} />
  ) : (
    <Faults problems={problemsOf(trial)} onGoTo={goTo} />
  )
}
