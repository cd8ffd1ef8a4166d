// What of the tail is wanted: said to the server, and kept in the address.

import { useMemo, useState } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Chip, Chips, TakenChip } from '../../kit/chips.tsx'
import { Check, Form, SelectField, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { TAIL_WORDS } from './words.ts'

const PLANES = ['', 'edge', 'egress'] as const
const FIELDS = [
  'q',
  'plane',
  'route',
  'service',
  'status',
  'method',
  'path',
  'client',
  'subject',
  'reason',
  'rule',
  'minMs',
  'failed',
] as const
export type FilterName = (typeof FIELDS)[number]

/** Only what the server knows, in one order. */
export function filterOf(query: URLSearchParams): URLSearchParams {
  const filter = new URLSearchParams()
  for (const name of FIELDS) {
    const value = query.get(name)
    if (value !== null && value !== '') filter.set(name, value)
  }
  return filter
}

/** One condition in words. */
export function saidOf(t: (typeof TAIL_WORDS)['en'], name: string, value: string): string {
  if (name === 'failed') return t.failed
  const shown = name === 'plane' ? (t.planes[value as 'edge' | 'egress'] ?? value) : value
  return `${t.names[name as FilterName]}: ${shown}`
}

/** What is filtered by: a click takes one of it away. */
export function FilterChips({ filter }: { readonly filter: URLSearchParams }) {
  const t = useWords(TAIL_WORDS)
  // The plane has chips of its own.
  const shown = [...filter].filter(([name]) => name !== 'plane')
  if (shown.length === 0) return null
  return (
    <Chips label={t.filters}>
      {shown.map(([name, value]) => {
        const said = saidOf(t, name, value)
        return (
          <TakenChip key={name} to={tailPath(without(filter, name))} title={t.unfilter(said)}>
            {said}
          </TakenChip>
        )
      })}
      <Chip to="/tail">{t.clearFilter}</Chip>
    </Chips>
  )
}

/** Whose requests: one click each, beside everything else that is filtered by. */
export function PlaneChips({ filter }: { readonly filter: URLSearchParams }) {
  const t = useWords(TAIL_WORDS)
  const now = filter.get('plane') ?? ''
  return (
    <Chips label={t.names.plane}>
      {PLANES.map((plane) => {
        const other = without(filter, 'plane')
        if (plane !== '') other.set('plane', plane)
        return (
          <Chip key={plane} to={tailPath(filterOf(other))} isChosen={plane === now}>
            {t.planes[plane]}
          </Chip>
        )
      })}
    </Chips>
  )
}

function without(filter: URLSearchParams, name: string): URLSearchParams {
  const rest = new URLSearchParams(filter)
  rest.delete(name)
  return rest
}

function tailPath(filter: URLSearchParams): string {
  return filter.size === 0 ? '/tail' : `/tail?${filter}`
}

export function TailFilter({ filter }: { readonly filter: URLSearchParams }) {
  const t = useWords(TAIL_WORDS)
  const { data } = useResource(CONFIG)
  const [fields, setFields] = useState<Readonly<Partial<Record<FilterName, string>>>>(
    Object.fromEntries(filter),
  )
  const set =
    (name: FilterName) =>
    (value: string): void =>
      setFields({ ...fields, [name]: value })
  const show = (): void => {
    const plain = Object.entries(fields).map(([name, value]) => [name, plainText(value ?? '')])
    const query = filterOf(new URLSearchParams(Object.fromEntries(plain) as Record<string, string>))
    navigate(tailPath(query))
  }
  const { routes, services } = useMemo(() => parseConfig(data?.text ?? ''), [data?.text])
  return (
    <Panel>
      <Form onSubmit={show}>
        <div className="tail-search">
          <TextField
            label={t.names.q}
            type="search"
            value={fields.q ?? ''}
            onChange={set('q')}
            data-filter
          />
          <Button type="submit" kind="primary">
            {t.apply}
          </Button>
        </div>
        <details className="more">
          <summary>{t.filters}</summary>
          <div className="form-columns">
            <SelectField
              label={t.route}
              value={fields.route ?? ''}
              options={[['', t.any], ...routes.map(({ name }) => [name, name] as const)]}
              onChange={set('route')}
            />
            <SelectField
              label={t.service}
              value={fields.service ?? ''}
              options={[['', t.any], ...services.map((name) => [name, name] as const)]}
              onChange={set('service')}
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
            />
            <TextField
              label={t.client}
              className="code"
              value={fields.client ?? ''}
              onChange={set('client')}
            />
            <TextField
              label={t.subject}
              className="code"
              value={fields.subject ?? ''}
              onChange={set('subject')}
            />
            <TextField
              label={t.reason}
              className="code"
              value={fields.reason ?? ''}
              onChange={set('reason')}
            />
            <TextField
              label={t.names.rule}
              className="code"
              value={fields.rule ?? ''}
              onChange={set('rule')}
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
            <Button type="submit">{t.apply}</Button>
          </div>
        </details>
      </Form>
    </Panel>
  )
}
