// Whether callers of a release keep their target: how it is now, and another way for the draft.

import { useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { NotEditable, removeKey, setKey } from '../../config-text/edit.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { tell } from '../../kit/toasts.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import { RELEASE_WORDS } from './words.ts'

const HEADER = /^[A-Za-z0-9-]{1,64}$/

export interface PinningProps {
  readonly route: string
  /** `none`, `cookie`, `header:NAME`. */
  readonly sticky: string
}

export function Pinning({ route, sticky }: PinningProps) {
  const t = useWords(RELEASE_WORDS)
  const mayChange = useMay('operator')
  const { data: served } = useResource(CONFIG)
  const { kind, name } = partsOf(sticky)
  const now = name === '' ? t.pinnings[kind] : `${t.pinnings[kind]}: ${name}`
  return (
    <Panel title={t.pinning}>
      <p className="muted">{t.pinningLead}</p>
      <p>{t.pinNow(now)}</p>
      {mayChange && served !== null && (
        <PinningForm served={served} route={route} sticky={sticky} />
      )}
    </Panel>
  )
}

interface PinningFormProps extends PinningProps {
  readonly served: Served
}

function PinningForm({ served, route, sticky }: PinningFormProps) {
  const t = useWords(RELEASE_WORDS)
  const desk = useDraft()
  const now = partsOf(sticky)
  const [kind, setKind] = useState(now.kind)
  const [name, setName] = useState(now.name)
  const [isTried, setTried] = useState(false)
  const [isStuck, setStuck] = useState(false)
  const header = plainText(name).toLowerCase()
  const isFaulty = kind === 'header' && !HEADER.test(header)
  const save = (): void => {
    setTried(true)
    setStuck(false)
    if (isFaulty) return
    const text = desk.textOver(served)
    try {
      desk.save(served, pinned(text, route, kind === 'header' ? `header:${header}` : kind))
      tell(t.pinned)
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error
      setStuck(true)
    }
  }
  return (
    <Form onSubmit={save} label={t.pinning}>
      <div className="form-columns">
        <SelectField
          label={t.pinning}
          value={kind}
          options={(['none', 'cookie', 'header'] as const).map((one) => [one, t.pinnings[one]])}
          onChange={(value) => setKind(value as typeof kind)}
        />
        {kind === 'header' && (
          <TextField
            label={t.header}
            className="code"
            placeholder="x-user"
            fault={isTried && isFaulty ? t.headerFault : null}
            value={name}
            onChange={setName}
          />
        )}
      </div>
      {isStuck && <Notice tone="bad" title={t.notEditable} />}
      <Button type="submit">{t.pinDo}</Button>
    </Form>
  )
}

function partsOf(sticky: string): {
  readonly kind: 'none' | 'cookie' | 'header'
  readonly name: string
} {
  if (sticky.startsWith('header:')) return { kind: 'header', name: sticky.slice('header:'.length) }
  return { kind: sticky === 'cookie' ? 'cookie' : 'none', name: '' }
}

/** Throws NotEditable. */
function pinned(text: string, route: string, sticky: string): string {
  const found = parseConfig(text).routes.find(({ name }) => name === route)
  if (found === undefined) throw new NotEditable(route)
  const path = ['routes', found.index, 'sticky']
  return sticky === 'none' ? removeKey(text, path) : setKey(text, path, sticky)
}
