// Every release: routes with several targets, how they are shared out, and preparing another one.

import type { ReleaseView } from '../../api/contract.ts'
import { RELEASES } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { Begin } from './begin.tsx'
import { errorShare, isUnderWay, percent, POLL_MS } from './figures.ts'
import { RELEASE_WORDS } from './words.ts'

const EXAMPLE = `routes:
  - name: orders
    to:
      - { service: orders, weight: 100 }
      - { service: orders-v2, weight: 0 }`

export function Releases() {
  const t = useWords(RELEASE_WORDS)
  const reading = useResource(RELEASES, POLL_MS)
  const mayChange = useMay('operator')
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={RELEASES} reading={reading}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              caption={t.title}
              columns={columnsOf(t)}
              rows={items}
              keyOf={({ route }) => route}
              tools={<Age reading={reading} pollMs={POLL_MS} />}
              empty={
                <FirstStep
                  title={t.none}
                  hint={t.noneHint}
                  example={EXAMPLE}
                  command="canary ls"
                  operation="listReleases"
                  action={
                    <Link className="button primary" to="/routes">
                      {t.seeRoutes}
                    </Link>
                  }
                />
              }
            />
            {nextCursor !== null && <p className="hint">{t.onlyFirst}</p>}
            {mayChange && <Begin taken={items.map(({ route }) => route)} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function columnsOf(t: (typeof RELEASE_WORDS)['en']): readonly Column<ReleaseView>[] {
  return [
    {
      id: 'route',
      title: t.route,
      value: ({ route }) => route,
      cell: ({ route }) => <Link to={`/releases/${encodeURIComponent(route)}`}>{route}</Link>,
    },
    {
      id: 'targets',
      title: t.targets,
      value: ({ targets }) => targets.map(({ target }) => target).join(' '),
      cell: ({ targets }) =>
        targets.map(({ target, share }) => (
          <div key={target}>
            <code>{target}</code> <span className="number-cell">{percent(share, 0)}</span>
          </div>
        )),
    },
    {
      id: 'actual',
      title: t.actual,
      value: ({ targets }) => Math.max(...targets.slice(1).map((one) => one.actualShare ?? 0)),
      cell: ({ targets }) =>
        targets.map(({ target, actualShare }) => (
          <div key={target} className="number-cell">
            {percent(actualShare)}
          </div>
        )),
    },
    {
      id: 'errors',
      title: t.errors,
      value: ({ targets }) => Math.max(...targets.map((one) => errorShare(one) ?? 0)),
      cell: ({ targets }) =>
        targets.map((one) => (
          <div key={one.target} className="number-cell">
            {percent(errorShare(one))}
          </div>
        )),
    },
    {
      id: 'state',
      title: t.state,
      value: (release) => (isUnderWay(release) ? 0 : 1),
      cell: (release) => (
        <span className="badges">
          {release.abort !== null && <Badge tone="bad">{t.stopped}</Badge>}
          <Badge tone={isUnderWay(release) ? 'info' : 'neutral'}>
            {isUnderWay(release) ? t.going : t.whole}
          </Badge>
          {release.watch !== null && <Badge tone="ok">{t.guarded}</Badge>}
        </span>
      ),
    },
  ]
}
