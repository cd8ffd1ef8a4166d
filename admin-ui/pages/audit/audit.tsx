// The audit: filtered by the server, page by page, taken away as a file, verified on request.

import { useState } from 'react'
import type { AuditEntry, Page as ApiPage } from '../../api/contract.ts'
import { AUDIT_VERIFICATION } from '../../api/resources.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Notice, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useZone } from '../../language/format.ts'
import { useLanguage } from '../../language/language.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQuery } from '../../router/location.ts'
import { ACTION_WORDS } from './action-words.ts'
import { EntryDetails } from './entry-details.tsx'
import { Filter } from './filter.tsx'
import { addressOf, exportPathOf, fieldsOf, pathOf, type Fields } from './query.ts'
import { AUDIT_WORDS } from './words.ts'

const POLL_MS = 10_000

export function Audit() {
  const t = useWords(AUDIT_WORDS)
  const kit = useWords(KIT_WORDS)
  const verbs = useWords(ACTION_WORDS)
  const zone = useZone()
  /** How often it was asked for. */
  const [verified, setVerified] = useState(0)
  const query = useQuery()
  const fields = fieldsOf(query)
  const before = query.get('before') ?? ''
  const resource: Resource<ApiPage<AuditEntry>> = { path: pathOf(fields, before, zone) }
  const reading = useResource(resource, before === '' ? POLL_MS : null)
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={<Button onClick={() => setVerified(verified + 1)}>{t.verify}</Button>}
    >
      {verified > 0 && <Verification key={verified} />}
      <Filter key={JSON.stringify(fields)} shown={fields} />
      <Loaded resource={resource} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.title}
              columns={columnsOf(t, verbs)}
              rows={items}
              keyOf={({ sequence }) => String(sequence)}
              isFixed
              empty={
                <FirstStep
                  title={nextCursor === null ? t.none : t.noneYet}
                  command="audit list"
                  operation="listAudit"
                  action={
                    <Link className="button primary" to="/audit">
                      {kit.clearFilter}
                    </Link>
                  }
                />
              }
            />
            <div className="row">
              {before !== '' && <Link to={addressOf(fields, '')}>{t.newest}</Link>}
              {nextCursor !== null && <Link to={addressOf(fields, nextCursor)}>{t.older}</Link>}
            </div>
          </>
        )}
      </Loaded>
      <Export fields={fields} />
    </Page>
  )
}

function Export({ fields }: { readonly fields: Fields }) {
  const t = useWords(AUDIT_WORDS)
  const zone = useZone()
  const lang = useLanguage()
  const jsonl = exportPathOf(fields, zone, { format: 'jsonl', lang })
  return (
    <Panel title={t.export}>
      <div className="form">
        <p className="muted">{t.exportLead}</p>
        <div className="row">
          <a className="button" href={exportPathOf(fields, zone, { format: 'csv', lang })} download>
            CSV
          </a>
          <a className="button" href={jsonl} download>
            JSONL
          </a>
        </div>
        <details className="more">
          <summary>{t.byApi}</summary>
          <Copyable
            text={`curl -fsS -H "authorization: Bearer $TOKEN" '${location.origin}${jsonl}' -o audit.jsonl`}
          />
        </details>
      </div>
    </Panel>
  )
}

function Verification() {
  const t = useWords(AUDIT_WORDS)
  const kit = useWords(KIT_WORDS)
  const reading = useResource(AUDIT_VERIFICATION)
  // What was found before says nothing of now.
  if (reading.isReading) return <p className="loading">{kit.loading}</p>
  return (
    <Loaded resource={AUDIT_VERIFICATION} reading={reading}>
      {({ isWhole, fault }) =>
        isWhole || fault === null ? (
          <Notice tone="ok" title={t.whole} />
        ) : (
          <Notice tone="bad" title={t.broken}>
            {t.brokenAt(fault.file, fault.line, wordFor(t.faults, fault.reason))}
          </Notice>
        )
      }
    </Loaded>
  )
}

/** A local account came in although there is an identity provider. */
function isBreakGlass(after: unknown): boolean {
  return (after as { readonly breakGlass?: unknown } | null)?.breakGlass === true
}

function columnsOf(
  t: (typeof AUDIT_WORDS)['en'],
  verbs: (typeof ACTION_WORDS)['en'],
): readonly Column<AuditEntry>[] {
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
          <strong>{name === '' ? wordFor(t.kinds, kind) : name}</strong>
          <span className="hint">
            {[name === '' ? null : wordFor(t.kinds, kind), address]
              .filter((word) => word !== null)
              .join(' · ')}
          </span>
        </>
      ),
    },
    {
      id: 'what',
      title: t.what,
      cell: ({ action, after }) => (
        <>
          {wordFor(verbs, action)}
          <span className="hint">
            <code>{action}</code>
          </span>
          {isBreakGlass(after) && <Badge tone="warn">{t.breakGlass}</Badge>}
        </>
      ),
    },
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
    { id: 'details', title: t.details, cell: (entry) => <EntryDetails entry={entry} /> },
  ]
}
