// One revision: what it changed, how it differs from any other, its text, and serving it again.

import { useState } from 'react'
import type { Revision } from '../../api/contract.ts'
import { CONFIG, CONFIG_SOURCE, revision, revisionDiff } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { DiffView } from '../../kit/diff-view.tsx'
import { TextField } from '../../kit/form.tsx'
import { Badge, Notice, Page, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { Time } from '../../kit/time.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { useQueryField } from '../../router/location.ts'
import { plainText } from '../../language/typed-text.ts'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { Restore } from './restore.tsx'
import { TagDialog } from './tag.tsx'
import { REVISION_WORDS } from './words.ts'

export function RevisionPage({ params }: PageProps) {
  const t = useWords(REVISION_WORDS)
  const number = /^[1-9]\d{0,8}$/.test(params['number'] ?? '') ? Number(params['number']) : 0
  const resource = revision(number)
  const reading = useResource(resource)
  const { data: served } = useResource(CONFIG)
  const { data: source } = useResource(CONFIG_SOURCE)
  const mayRestore = useMay('operator')
  const [open, setOpen] = useState<'restore' | 'tag' | null>(null)
  const isServed = served?.revision === number
  return (
    <Page
      title={t.page(params['number'] ?? '')}
      parent={['/revisions', t.title]}
      actions={
        reading.data !== null && (
          <>
            <Button
              onClick={() => saveFile(`sallyport-revision-${number}.yaml`, reading.data!.text)}
            >
              {t.download}
            </Button>
            {mayRestore && <Button onClick={() => setOpen('tag')}>{t.tagAction}</Button>}
            {mayRestore && !isServed && source?.isWritable !== false && (
              <Button kind="primary" onClick={() => setOpen('restore')}>
                {t.restore}
              </Button>
            )}
          </>
        )
      }
    >
      {mayRestore && !isServed && source?.isWritable === false && (
        <Notice tone="info" title={t.sourceTitle(source.file)}>
          {t.sourceWhy(source.reason)}
        </Notice>
      )}
      <Loaded resource={resource} reading={reading}>
        {(data) => <Details revision={data} isServed={isServed} />}
      </Loaded>
      {open === 'restore' && served !== null && (
        <Restore number={number} checksum={served.checksum} onClose={() => setOpen(null)} />
      )}
      {open === 'tag' && reading.data !== null && (
        <TagDialog number={number} tag={reading.data.tag} onClose={() => setOpen(null)} />
      )}
    </Page>
  )
}

function Details({
  revision: data,
  isServed,
}: {
  readonly revision: Revision
  readonly isServed: boolean
}) {
  const t = useWords(REVISION_WORDS)
  const { number, atMs, author, origin, message, checksum, text, tag } = data
  return (
    <>
      <Panel>
        <dl className="facts">
          <dt>{t.when}</dt>
          <dd>
            <Time ms={atMs} /> {isServed && <Badge tone="ok">{t.served}</Badge>}{' '}
            {tag !== '' && <Badge tone="info">{tag}</Badge>}
          </dd>
          <dt>{t.who}</dt>
          <dd>
            {author || t.somebody} · {wordFor(t.origins, origin)}
          </dd>
          <dt>{t.message}</dt>
          <dd>{message || '–'}</dd>
          <dt>{t.checksum}</dt>
          <dd>
            <code>{checksum}</code>
          </dd>
        </dl>
      </Panel>
      <Difference number={number} />
      <Panel>
        <details className="more">
          <summary>{t.text}</summary>
          <pre className="diff" tabIndex={0}>
            {text}
          </pre>
        </details>
      </Panel>
    </>
  )
}

function Difference({ number }: { readonly number: number }) {
  const t = useWords(REVISION_WORDS)
  const [from, setFrom] = useQueryField('from')
  const other = /^\d{1,9}$/.test(plainText(from)) ? Number(plainText(from)) : null
  const resource = revisionDiff(number, other)
  const reading = useResource(resource)
  return (
    <Panel
      title={t.changed}
      actions={
        <TextField
          label={t.compare}
          inputMode="numeric"
          placeholder={t.theOneBefore}
          value={from}
          onChange={setFrom}
        />
      }
    >
      <Loaded resource={resource} reading={reading}>
        {({ diff }) => <DiffView diff={diff} label={t.changed} />}
      </Loaded>
    </Panel>
  )
}
