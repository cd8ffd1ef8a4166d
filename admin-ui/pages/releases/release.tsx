// One release: its targets side by side, their shares, what stops it by itself, who stays where, and what was.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { ReleaseView } from '../../api/contract.ts'
import { release as releaseOf } from '../../api/resources.ts'
import { invalidate, useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Badge, Empty, Notice, Page } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Age, Ago } from '../../kit/time.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { isUnderWay, POLL_MS } from './figures.ts'
import { History } from './history.tsx'
import { Pinning } from './pinning.tsx'
import type { Guard, SetShares } from './set-shares.ts'
import { ShareForm } from './share-form.tsx'
import { allTo } from './shares.ts'
import { SideBySide } from './side-by-side.tsx'
import { RELEASE_WORDS } from './words.ts'

export function ReleasePage({ params: { route = '' } }: PageProps) {
  const t = useWords(RELEASE_WORDS)
  const resource = releaseOf(route)
  const reading = useResource(resource, POLL_MS)
  return (
    <Page
      title={route}
      parent={['/releases', t.back]}
      actions={
        <>
          <Age reading={reading} pollMs={POLL_MS} />
          <Link className="button" to={`/routes/${encodeURIComponent(route)}`}>
            {t.toRoute}
          </Link>
        </>
      }
    >
      <Loaded resource={resource} reading={reading}>
        {({ items: [release] }) => {
          if (release !== undefined) return <Parts key={route} release={release} />
          return (
            <Empty title={t.gone}>
              <Link to="/releases">{t.back}</Link>
            </Empty>
          )
        }}
      </Loaded>
    </Page>
  )
}

function Parts({ release }: { readonly release: ReleaseView }) {
  const t = useWords(RELEASE_WORDS)
  const mayChange = useMay('operator')
  const action = useAction()
  // What was typed goes once it is set, and the form begins anew.
  const [turn, setTurn] = useState(0)
  const set: SetShares = async (shares, guard) => {
    const isDone = await action.run(async () => {
      const revision = await send(release, shares, guard)
      const before = release.targets.map(({ weight }) => weight)
      const undo = { label: t.undo, run: () => void set(before) }
      const isWhole = before.reduce((sum, weight) => sum + weight, 0) === 100
      tell(t.applied(String(revision ?? '–')), isWhole ? undo : null)
    })
    invalidate('/api/v1/')
    if (isDone) setTurn((last) => last + 1)
    return isDone
  }
  const { targets, abort } = release
  const canAbort = mayChange && targets.slice(1).some(({ weight }) => weight > 0)
  const first = targets[0]!.target
  return (
    <>
      {abort !== null && (
        <Notice tone="bad" title={t.stoppedWhy(abort.target)}>
          <code>{abort.reason}</code> · <Ago ms={abort.atMs} />
          {abort.revision !== null && (
            <>
              {' · '}
              <Link to={`/revisions/${abort.revision}`}>{abort.revision}</Link>
            </>
          )}
          <p>{t.stoppedHint}</p>
        </Notice>
      )}
      <p className="row">
        <Badge tone={isUnderWay(release) ? 'info' : 'neutral'}>
          {isUnderWay(release) ? t.going : t.whole}
        </Badge>
        {canAbort && (
          <Button
            kind="danger"
            isBusy={action.isBusy}
            onClick={() =>
              void set(
                allTo(
                  targets.map(() => 0),
                  0,
                ),
                null,
              )
            }
          >
            {t.goBack(first)}
          </Button>
        )}
      </p>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      {action.isBusy && <Notice tone="info" title={t.applying} />}
      <SideBySide release={release} isBusy={action.isBusy} onSet={mayChange ? set : null} />
      {mayChange ? (
        <ShareForm key={turn} release={release} isBusy={action.isBusy} onSet={set} />
      ) : (
        <p className="row hint">{t.readOnly}</p>
      )}
      <Pinning route={release.route} sticky={release.sticky} />
      <History route={release.route} />
    </>
  )
}

async function send(
  { route, targets }: ReleaseView,
  shares: readonly number[],
  guard: Guard | null | undefined,
): Promise<number | null> {
  const weights = targets.map(({ target }, at) => ({ target, weight: shares[at]! }))
  const path = `/api/v1/releases/${encodeURIComponent(route)}:set`
  const body = { weights, ...(guard !== undefined && { guard }) }
  return (await call<{ revision: number | null }>('POST', path, { body })).revision
}
