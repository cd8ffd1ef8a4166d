// Certificates: what clients and peers are shown, how long each is good for, and putting a new one in place.

import { useState } from 'react'
import type { Certificate, CertificatePage } from '../../api/contract.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Check } from '../../kit/form.tsx'
import { Empty, Notice, Page } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { Identities } from '../identities/identities.tsx'
import type { PageProps } from '../page-props.ts'
import { Acme } from './acme.tsx'
import { Authority } from './authority.tsx'
import { CertificateTable } from './certificate-table.tsx'
import { CertificateTabs } from './certificate-tabs.tsx'
import { DetailsDialog } from './details-dialog.tsx'
import { RequestDialog } from './request-dialog.tsx'
import { certificates } from './resources.ts'
import { UploadDialog } from './upload-dialog.tsx'
import { CERTIFICATE_WORDS } from './words.ts'

const POLL_MS = 10_000
/** As long before the end as the overview begins to ask for attention. */
const DUE_DAYS = '14'

const EXAMPLE = `listeners:
  - { name: public, bind: "0.0.0.0:8443", tls: { certs: ./certs } }`

/** What is open beside the list. */
type Open =
  | { readonly kind: 'nothing' | 'request' }
  | { readonly kind: 'upload'; readonly replaces: string }
  | { readonly kind: 'details'; readonly item: Certificate }

const NOTHING: Open = { kind: 'nothing' }

export function Certificates({ params: { tab = '' } }: PageProps) {
  if (tab === 'authority') return <Authority />
  return tab === 'identities' ? <Identities /> : <List />
}

function List() {
  const t = useWords(CERTIFICATE_WORDS)
  const [due, setDue] = useQueryField('due')
  const [after] = useQueryField('after')
  const [open, setOpen] = useState<Open>(NOTHING)
  const resource = certificates(due, after)
  const reading = useResource(resource, POLL_MS)
  const mayUpload = useMay('admin')
  const isServing = (reading.data?.uploads.length ?? 0) > 0
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        mayUpload &&
        isServing && (
          <>
            <Button onClick={() => setOpen({ kind: 'request' })}>{t.request}</Button>
            <Button kind="primary" onClick={() => setOpen({ kind: 'upload', replaces: '' })}>
              {t.upload}
            </Button>
          </>
        )
      }
    >
      <CertificateTabs current="/certificates" />
      <Loaded resource={resource} reading={reading}>
        {(page) => (
          <>
            <FolderFaults page={page} />
            <CertificateTable
              rows={page.items}
              onOpen={(item) => setOpen({ kind: 'details', item })}
              tools={
                <>
                  <Check
                    label={t.onlyDue}
                    isOn={due !== ''}
                    onChange={(isOn) => setDue(isOn ? DUE_DAYS : '')}
                  />
                  <Age reading={reading} pollMs={POLL_MS} />
                </>
              }
              empty={due === '' ? <None /> : <NothingDue onAll={() => setDue('')} />}
            />
            <More page={page} after={after} due={due} />
            {page.uploads.length > 0 && <Acme />}
          </>
        )}
      </Loaded>
      {open.kind === 'details' && (
        <DetailsDialog
          item={open.item}
          onClose={() => setOpen(NOTHING)}
          onReplace={mayUpload ? (id) => setOpen({ kind: 'upload', replaces: id }) : null}
        />
      )}
      {open.kind === 'upload' && reading.data !== null && (
        <UploadDialog
          replaces={open.replaces}
          listeners={reading.data.uploads}
          items={reading.data.items}
          onClose={() => setOpen(NOTHING)}
        />
      )}
      {open.kind === 'request' && <RequestDialog onClose={() => setOpen(NOTHING)} />}
    </Page>
  )
}

function FolderFaults({ page }: { readonly page: CertificatePage }) {
  const t = useWords(CERTIFICATE_WORDS)
  if (page.faults.length === 0) return null
  return (
    <Notice
      tone={page.faults.some(({ severity }) => severity === 'error') ? 'bad' : 'warn'}
      title={t.folderFaults}
    >
      <ul>
        {page.faults.map(({ message, fix }) => (
          <li key={message} className="breakable">
            <Prose text={`${message} → ${fix}`} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function More({
  page: { nextCursor },
  after,
  due,
}: {
  readonly page: CertificatePage
  readonly after: string
  readonly due: string
}) {
  const t = useWords(CERTIFICATE_WORDS)
  const at = (cursor: string): string => {
    const query = new URLSearchParams()
    if (due !== '') query.set('due', due)
    if (cursor !== '') query.set('after', cursor)
    return `/certificates${query.size === 0 ? '' : `?${query}`}`
  }
  return (
    <div className="row">
      {after !== '' && <Link to={at('')}>{t.first}</Link>}
      {nextCursor !== null && <Link to={at(nextCursor)}>{t.next}</Link>}
    </div>
  )
}

function None() {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <FirstStep
      title={t.none}
      hint={t.noneHint}
      example={EXAMPLE}
      command="certs ls"
      operation="listCertificates"
      needs="operator"
      action={
        <Link className="button primary" to="/config">
          {t.toConfig}
        </Link>
      }
    />
  )
}

function NothingDue({ onAll }: { readonly onAll: () => void }) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <Empty title={t.nothingDue}>
      <Button onClick={onAll}>{t.showAll}</Button>
    </Empty>
  )
}
