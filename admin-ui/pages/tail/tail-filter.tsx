// What of the tail is wanted: said to the server, and kept in the address.

import { useState } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Check, Form, SelectField, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { navigate } from '../../router/location.ts'
import { TAIL_WORDS } from './words.ts'

const FIELDS = ['route', 'status', 'method', 'path', 'client', 'reason', 'minMs', 'failed'] as const
type Name = (typeof FIELDS)[number]

/** Only what the server knows, in one order. */
export function filterOf(query: URLSearchParams): URLSearchParams {
  const filter = new URLSearchParams()
  for (const name of FIELDS) {
    const value = query.get(name)
    if (value !== null && value !== '') filter.set(name, value)
  }
  return filter
}

export function TailFilter({ filter }: { readonly filter: URLSearchParams }) {
  const t = useWords(TAIL_WORDS)
  const { data } = useResource(CONFIG)
  const [fields, setFields] = useState<Readonly<Partial<Record<Name, string>>>>(
    Object.fromEntries(filter),
  )
  const set =
    (name: Name) =>
    (value: string): void =>
      setFields({ ...fields, [name]: value })
  const show = (): void => {
    const plain = Object.entries(fields).map(([name, value]) => [name, plainText(value ?? '')])
    const query = filterOf(new URLSearchParams(Object.fromEntries(plain) as Record<string, string>))
    navigate(query.size === 0 ? '/tail' : `/tail?${query}`)
  }
  const routes = data === null ? [] : parseConfig(data.text).routes.map(({ name }) => name)
  return (
    <Panel>
      <details className="more" open={filter.size > 0}>
        <summary>
          {t.filters}
          {filter.size > 0 &&
            `: ${[...filter].map(([name, value]) => `${name}=${value}`).join(' ')}`}
        </summary>
        <Form onSubmit={show}>
          <div className="form-columns">
            <SelectField
              label={t.route}
              value={fields.route ?? ''}
              options={[['', t.any], ...routes.map((name) => [name, name] as const)]}
              onChange={set('route')}
            />
            <SelectField
              label={t.status}
              value={fields.status ?? ''}
              options={Object.entries(t.statuses)}
              onChange={set('status')}
            />
            <TextField
              label={t.method}
              className="code"
              value={fields.method ?? ''}
              onChange={set('method')}
            />
            <TextField
              label={t.path}
              className="code"
              value={fields.path ?? ''}
              onChange={set('path')}
              data-filter
            />
            <TextField
              label={t.client}
              className="code"
              value={fields.client ?? ''}
              onChange={set('client')}
            />
            <TextField
              label={t.reason}
              className="code"
              value={fields.reason ?? ''}
              onChange={set('reason')}
            />
            <TextField
              label={t.minMs}
              inputMode="numeric"
              value={fields.minMs ?? ''}
              onChange={set('minMs')}
            />
          </div>
          <Check
            label={t.failed}
            isOn={fields.failed === 'true'}
            onChange={(isOn) => set('failed')(isOn ? 'true' : '')}
          />
          <div className="row">
            <Button type="submit" kind="primary">
              {t.apply}
            </Button>
            {filter.size > 0 && <Link to="/tail">{t.clearFilter}</Link>}
          </div>
        </Form>
      </details>
    </Panel>
  )
}
