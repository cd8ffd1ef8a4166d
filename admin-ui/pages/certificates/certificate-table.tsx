// The list of certificates, the first to run out in front.

import type { ReactNode } from 'react'
import type { Certificate } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { Badge } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { useWords } from '../../language/words.ts'
import { DaysLeft } from './days-left.tsx'
import { CERTIFICATE_WORDS } from './words.ts'

/** More names are in the details. */
const SHOWN_NAMES = 3

export interface CertificateTableProps {
  readonly rows: readonly Certificate[]
  readonly onOpen: (item: Certificate) => void
  readonly tools: ReactNode
  readonly empty: ReactNode
}

export function CertificateTable({ rows, onOpen, tools, empty }: CertificateTableProps) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <DataTable
      caption={t.title}
      columns={columnsOf(t, onOpen)}
      rows={rows}
      keyOf={({ id }) => id}
      tools={tools}
      empty={
        <>
          <div className="table-tools">{tools}</div>
          {empty}
        </>
      }
    />
  )
}

function columnsOf(
  t: (typeof CERTIFICATE_WORDS)['en'],
  onOpen: (item: Certificate) => void,
): readonly Column<Certificate>[] {
  return [
    {
      id: 'names',
      title: t.names,
      value: ({ names, subject, place, serial }) =>
        `${names.join(' ')} ${subject} ${place} ${serial}`,
      cell: (item) => <Names item={item} />,
    },
    {
      id: 'left',
      title: t.left,
      value: ({ notAfterMs }) => notAfterMs,
      cell: (item) => <DaysLeft item={item} />,
    },
    {
      id: 'kind',
      title: t.kind,
      value: ({ kind }) => t.kinds[kind],
      cell: ({ kind }) => t.kinds[kind],
    },
    {
      id: 'used',
      title: t.usedBy,
      value: ({ usedBy }) => usedBy.join(' '),
      cell: ({ kind, usedBy, isServed, isDefault, renewsItself }) => (
        <span className="badges">
          {usedBy.join(', ')}
          {isDefault && <Badge tone="neutral">{t.default}</Badge>}
          {renewsItself && kind === 'listener' && <Badge tone="neutral">{t.renewsItself}</Badge>}
          {!isServed && <Badge tone="warn">{t.notServed}</Badge>}
        </span>
      ),
    },
    {
      id: 'issuer',
      title: t.issuer,
      isMinor: true,
      value: ({ issuer }) => issuer,
      cell: ({ issuer }) => <span className="breakable">{issuer}</span>,
    },
    {
      id: 'details',
      title: t.details,
      cell: (item) => (
        <Button
          kind="quiet"
          className="small"
          aria-label={t.detailsOf(item.names[0] ?? item.subject)}
          onClick={() => onOpen(item)}
        >
          {t.details}
        </Button>
      ),
    },
  ]
}

/** Where it lies, for those that lie somewhere. */
const PLACED: ReadonlySet<Certificate['kind']> = new Set(['listener', 'client-ca', 'upstream'])

function Names({ item: { kind, names, subject, place, faults } }: { readonly item: Certificate }) {
  const t = useWords(CERTIFICATE_WORDS)
  const shown = names.slice(0, SHOWN_NAMES)
  return (
    <>
      {shown.length === 0 ? (
        <code className="breakable">{subject}</code>
      ) : (
        shown.map((name) => (
          <div key={name}>
            <code className="breakable">{name}</code>
          </div>
        ))
      )}
      {names.length > SHOWN_NAMES && (
        <span className="hint">{t.moreNames(names.length - SHOWN_NAMES)}</span>
      )}
      {PLACED.has(kind) && <span className="hint breakable">{place}</span>}
      {faults
        .filter(({ severity }) => severity === 'error')
        .map(({ message, fix }) => (
          <p key={message} className="fault breakable">
            <Prose text={`${message} → ${fix}`} />
          </p>
        ))}
    </>
  )
}
