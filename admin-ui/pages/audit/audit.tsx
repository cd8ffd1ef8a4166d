// The audit: filtered by the server, page by page, verified on request.

import { useState } from 'react'
import type { AuditEntry } from '../../api/contract.ts'
import { audit, AUDIT_VERIFICATION } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Badge, Empty, Notice, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { Ago, Time } from '../../kit/time.tsx'
import { plainText } from '../../language/typed-text.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { navigate, useQueryField } from '../../router/location.ts'
import { AUDIT_WORDS } from './words.ts'

const POLL_MS = 10_000
const FIELDS = ['actor', 'action', 'target', 'result'] as const
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>

export function Audit() {
  const t = useWords(AUDIT_WORDS)
  const [isVerifying, setVerifying] = useState(false)
  const [actor] = useQueryField('actor')
  const [action] = useQueryField('action')
  const [target] = useQueryField('target')
  const [result] = useQueryField('result')
  const [before] = useQueryField('before')
  const filter = { actor, action, target, result }
  const resource = audit(filter, before === '' ? null : before)
  const reading = useResource(resource, before === '' ? POLL_MS : null)
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={<Button onClick={() => setVerifying(true)}>{t.verify}</Button>}
    >
      {isVerifying && <Verification />}
      <Filter key={JSON.stringify(filter)} filter={filter} />
      <Loaded resource={resource} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.title}
              columns={columnsOf(t)}
              rows={items}
              keyOf={({ sequence }) => String(sequence)}
              isFixed
              empty={<Empty title={t.none} />}
            />
            <div className="row">
              {before !== '' && <Link to={addressOf(filter, '')}>{t.newest}</Link>}
              {nextCursor !== null && <Link to={addressOf(filter, nextCursor)}>{t.older}</Link>}
              {items.length > 0 && (
                <Button
                  kind="quiet"
                  className="small"
                  onClick={() => saveFile('audit.jsonl', linesOf(items))}
                >
                  {t.export}
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function linesOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

function addressOf(filter: Fields, before: string): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== '') query.set(name, value)
  }
  return query.size === 0 ? '/audit' : `/audit?${query}`
}

function Verification() {
  const t = useWords(AUDIT_WORDS)
  const reading = useResource(AUDIT_VERIFICATION)
  return (
    <Loaded resource={AUDIT_VERIFICATION} reading={reading}>
      {({ isWhole, fault }) =>
        isWhole || fault === null ? (
          <Notice tone="ok" title={t.whole} />
        ) : (
          <Notice tone="bad" title={t.broken}>
            {t.brokenAt(fault.file, fault.line, fault.reason)}
          </Notice>
        )
      }
    </Loaded>
  )
}

function Filter({ filter }: { readonly filter: Fields }) {
  const t = useWords(AUDIT_WORDS)
  const [fields, setFields] = useState(filter)
  const set =
    (name: keyof Fields) =>
    (value: string): void =>
      setFields({ ...fields, [name]: value })
  const show = (): void => {
    const plain = Object.fromEntries(FIELDS.map((name) => [name, plainText(fields[name])]))
    navigate(addressOf(plain as Fields, ''))
  }
  const isFiltered = FIELDS.some((name) => filter[name] !== '')
  return (
    <Panel>
      <Form onSubmit={show}>
        <div className="form-columns">
          <TextField
            label={t.filterActor}
            value={fields.actor}
            onChange={set('actor')}
            data-filter
          />
          <TextField label={t.filterAction} value={fields.action} onChange={set('action')} />
          <TextField label={t.filterTarget} value={fields.target} onChange={set('target')} />
          <SelectField
            label={t.result}
            value={fields.result}
            options={[
              ['', t.any],
              ['ok', t.ok],
              ['refused', t.refusedOnly],
            ]}
            onChange={set('result')}
          />
        </div>
        <div className="row">
          <Button type="submit">{t.apply}</Button>
          {isFiltered && <Link to="/audit">{t.clear}</Link>}
        </div>
      </Form>
    </Panel>
  )
}

function columnsOf(t: (typeof AUDIT_WORDS)['en']): readonly Column<AuditEntry>[] {
  return [
    {
      id: 'when',
      title: t.when,
      cell: ({ time }) => <Ago ms={Date.parse(time)} />,
    },
    {
      id: 'who',
      title: t.who,
      cell: ({ actor: { name, kind, address } }) => (
        <>
          <strong>{name === '' ? kind : name}</strong>
          <span className="hint">
            {kind}
            {address !== null && ` · ${address}`}
          </span>
        </>
      ),
    },
    { id: 'what', title: t.what, cell: ({ action }) => <code>{action}</code> },
    { id: 'target', title: t.target, cell: ({ target }) => <code>{target || '–'}</code> },
    {
      id: 'result',
      title: t.result,
      cell: ({ result }) =>
        result === 'ok' ? (
          <Badge tone="ok">{t.ok}</Badge>
        ) : (
          <>
            <Badge tone="bad">{t.refused}</Badge>
            <span className="hint">{result}</span>
          </>
        ),
    },
    { id: 'details', title: t.details, cell: (entry) => <Details entry={entry} /> },
  ]
}

function Details({ entry }: { readonly entry: AuditEntry }) {
  const t = useWords(AUDIT_WORDS)
  const { time, origin, requestId, before, after, hash, sequence } = entry
  return (
    <details className="more">
      <summary>#{sequence}</summary>
      <dl className="facts">
        <dt>{t.when}</dt>
        <dd>
          <Time ms={Date.parse(time)} />
        </dd>
        <dt>{t.origin}</dt>
        <dd>{wordFor(t.origins, origin)}</dd>
        <dt>{t.requestId}</dt>
        <dd>
          <code>{requestId || '–'}</code>
        </dd>
        {before !== null && (
          <>
            <dt>{t.before}</dt>
            <dd>
              <code>{JSON.stringify(before)}</code>
            </dd>
          </>
        )}
        {after !== null && (
          <>
            <dt>{t.after}</dt>
            <dd>
              <code>{JSON.stringify(after)}</code>
            </dd>
          </>
        )}
        <dt>{t.hash}</dt>
        <dd>
          <code>{hash.slice(0, 16)}…</code>
        </dd>
      </dl>
    </details>
  )
}
