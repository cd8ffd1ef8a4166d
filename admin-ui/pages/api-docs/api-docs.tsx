// The API as it describes itself: a list to search, and each operation with its schema and a way to try it.

import { useMemo } from 'react'
import { useResource, type Resource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Empty, Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { OperationView } from './operation-view.tsx'
import { operationsOf, searched, type ApiOperation, type OpenApi } from './spec.ts'
import { API_WORDS } from './words.ts'

const SPEC: Resource<OpenApi> = { path: '/openapi.json' }

export function ApiDocs() {
  const t = useWords(API_WORDS)
  const reading = useResource(SPEC)
  const save = (): void =>
    saveFile('openapi.json', JSON.stringify(reading.data, null, 2), 'application/json')
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={reading.data !== null && <Button onClick={save}>{t.download}</Button>}
    >
      <Loaded resource={SPEC} reading={reading}>
        {(spec) => <Operations spec={spec} />}
      </Loaded>
    </Page>
  )
}

function Operations({ spec }: { readonly spec: OpenApi }) {
  const t = useWords(API_WORDS)
  const { number } = useFormat()
  const all = useMemo(() => operationsOf(spec), [spec])
  const [typed, setTyped] = useQueryField('q')
  const [chosen] = useQueryField('op')
  const shown = searched(all, typed)
  const current = all.find(({ id }) => id === chosen) ?? shown[0]
  return (
    <>
      <div className="table-tools">
        <input
          type="search"
          data-filter
          aria-label={t.search}
          placeholder={t.search}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <span className="muted" role="status">
          {t.count(number(shown.length), number(all.length))}
        </span>
      </div>
      <div className="api">
        {shown.length === 0 ? (
          <Empty title={t.none}>
            <Button onClick={() => setTyped('')}>{t.clear}</Button>
          </Empty>
        ) : (
          <List operations={shown} current={current?.id ?? ''} typed={typed} />
        )}
        {current !== undefined && <OperationView key={current.id} operation={current} />}
      </div>
    </>
  )
}

interface ListProps {
  readonly operations: readonly ApiOperation[]
  readonly current: string
  readonly typed: string
}

function List({ operations, current, typed }: ListProps) {
  const t = useWords(API_WORDS)
  const parts = [...new Set(operations.map(({ part }) => part))]
  const search = typed === '' ? '' : `&q=${encodeURIComponent(typed)}`
  return (
    <nav className="api-list" aria-label={t.operations} tabIndex={0}>
      {parts.map((part) => (
        <section key={part}>
          <h2>{part}</h2>
          <ul>
            {operations
              .filter((one) => one.part === part)
              .map(({ id, method }) => (
                <li key={id}>
                  <Link
                    to={`/api-docs?op=${id}${search}`}
                    aria-current={id === current ? 'true' : undefined}
                  >
                    <span className={`verb ${method.toLowerCase()}`}>{method}</span>
                    <span>{id}</span>
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}
