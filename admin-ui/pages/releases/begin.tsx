// Gives a route with one target a second one with share 0, in the draft.

import { useMemo, useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { NotEditable, setKey } from '../../config-text/edit.ts'
import { parseConfig, type RouteView } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { RELEASE_WORDS } from './words.ts'

/** `taken`: routes that are releases already. */
export function Begin({ taken }: { readonly taken: readonly string[] }) {
  const t = useWords(RELEASE_WORDS)
  const { data: served } = useResource(CONFIG)
  return (
    <Panel title={t.begin}>
      <p className="muted">{t.beginLead}</p>
      {served !== null && <BeginForm served={served} taken={taken} />}
    </Panel>
  )
}

function BeginForm({
  served,
  taken,
}: {
  readonly served: Served
  readonly taken: readonly string[]
}) {
  const t = useWords(RELEASE_WORDS)
  const desk = useDraft()
  const [isStuck, setStuck] = useState(false)
  const [route, setRoute] = useState('')
  const [service, setService] = useState('')
  const text = desk.textOver(served)
  const { routes, services } = useMemo(() => parseConfig(text), [text])
  const single = routes.filter(({ name, value }) => {
    return typeof value['to'] === 'string' && !taken.includes(name)
  })
  const chosen = single.find(({ name }) => name === route) ?? single[0]
  if (chosen === undefined) return <p className="hint">{t.beginNoRoute}</p>
  const others = services.filter((name) => name !== chosen.value['to'])
  const [firstOther] = others
  if (firstOther === undefined) {
    return (
      <p className="hint">
        <Prose text={t.beginNoService} />
      </p>
    )
  }
  const target = others.includes(service) ? service : firstOther
  const begin = (): void => {
    setStuck(false)
    try {
      desk.save(served, withSecond(text, chosen, target))
      tell(t.beginDone)
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Form onSubmit={begin} label={t.begin}>
      <div className="form-columns">
        <SelectField
          label={t.beginRoute}
          value={chosen.name}
          options={single.map(({ name }) => [name, name] as const)}
          onChange={setRoute}
        />
        <SelectField
          label={t.beginService}
          value={target}
          options={others.map((name) => [name, name] as const)}
          onChange={setService}
        />
      </div>
      {isStuck && <Notice tone="bad" title={t.notEditable} />}
      <Button type="submit">{t.beginDo}</Button>
    </Form>
  )
}

/** Throws NotEditable. */
function withSecond(text: string, { index, value }: RouteView, service: string): string {
  const to = String(value['to'])
  const first = to.includes('://') ? { url: to } : { service: to }
  const targets = [
    { ...first, weight: 100 },
    { service, weight: 0 },
  ]
  return setKey(text, ['routes', index, 'to'], targets)
}
