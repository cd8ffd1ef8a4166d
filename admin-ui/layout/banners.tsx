// What concerns every page: a change that is taken back soon, a draft that waits, a gateway that is newer than this page.

import { useEffect, useMemo, useState } from 'react'
import { call } from '../api/client.ts'
import type { Served } from '../api/contract.ts'
import { CONFIG } from '../api/resources.ts'
import { invalidate, refresh, useResource } from '../api/resource.ts'
import { useAction } from '../api/use-action.ts'
import { changesBetween } from '../config-text/changes.ts'
import { useDraft } from '../draft/draft.ts'
import { Button } from '../kit/button.tsx'
import { Problem } from '../kit/problem.tsx'
import { useNow } from '../kit/time.tsx'
import { tell } from '../kit/toasts.tsx'
import { useWords } from '../language/words.ts'
import { Link } from '../router/link.tsx'
import { usePath } from '../router/location.ts'
import { useMay } from '../session/session.ts'
import { LAYOUT_WORDS } from './words.ts'

const POLL_MS = 10_000
/** While a change waits to be confirmed. */
const FAST_POLL_MS = 2000

export function Banners() {
  const { data } = useResource(CONFIG, POLL_MS)
  return (
    <>
      <NewVersion />
      {data?.revertsAtMs != null && <Pending served={data} revertsAtMs={data.revertsAtMs} />}
      <DraftBar />
    </>
  )
}

function Pending({
  served,
  revertsAtMs,
}: {
  readonly served: Served
  readonly revertsAtMs: number
}) {
  const t = useWords(LAYOUT_WORDS)
  const now = useNow()
  const mayConfirm = useMay('operator')
  const action = useAction()
  useEffect(() => {
    const timer = setInterval(() => void refresh(CONFIG.path), FAST_POLL_MS)
    return () => clearInterval(timer)
  }, [])
  const finish = async (task: () => Promise<unknown>, said: string): Promise<void> => {
    const isDone = await action.run(async () => {
      await task()
    })
    invalidate('/api/v1/config', '/api/v1/revisions')
    if (isDone) tell(said)
  }
  const seconds = Math.max(0, Math.ceil((revertsAtMs - now) / 1000))
  const before = (served.revision ?? 1) - 1
  return (
    <section className="banner warn" aria-label={t.pending(seconds)}>
      <div>
        <strong role="timer">{t.pending(seconds)}</strong>
        {served.guard !== null && (
          <div>{t.pendingGuard(served.guard.points, served.guard.windowMs / 1000)}</div>
        )}
      </div>
      {mayConfirm && (
        <div className="row">
          <Button
            kind="primary"
            isBusy={action.isBusy}
            onClick={() => void finish(() => call('POST', '/api/v1/config:confirm'), t.confirmed)}
          >
            {t.confirm}
          </Button>
          {before >= 1 && (
            <Button
              isBusy={action.isBusy}
              onClick={() =>
                void finish(
                  () =>
                    call('POST', `/api/v1/revisions/${before}:restore`, {
                      body: {},
                      ifMatch: served.checksum,
                    }),
                  t.takenBack,
                )
              }
            >
              {t.takeBack}
            </Button>
          )}
        </div>
      )}
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
    </section>
  )
}

function DraftBar() {
  const t = useWords(LAYOUT_WORDS)
  const { draft, discard } = useDraft()
  const path = usePath()
  const [isAsking, setAsking] = useState(false)
  const count = useMemo(
    () => (draft === null ? null : (changesBetween(draft.base.text, draft.text)?.length ?? null)),
    [draft],
  )
  if (draft === null || path === '/review') return null
  return (
    <section className="banner info" aria-label={t.draftUnread}>
      <strong>{count === null || count === 0 ? t.draftUnread : t.draft(count)}</strong>
      <div className="row">
        {isAsking ? (
          <>
            <span>{t.discardSure}</span>
            <Button kind="danger" onClick={discard}>
              {t.discard}
            </Button>
          </>
        ) : (
          <Button kind="quiet" onClick={() => setAsking(true)}>
            {t.discard}
          </Button>
        )}
        <Link className="button primary" to="/review">
          {t.review}
        </Link>
      </div>
    </section>
  )
}

const LOOK_MS = 300_000

/** The page of a newer build names other scripts. */
function NewVersion() {
  const t = useWords(LAYOUT_WORDS)
  const [isNew, setNew] = useState(false)
  useEffect(() => {
    const own = document
      .querySelector<HTMLScriptElement>('script[type=module]')
      ?.getAttribute('src')
    if (own == null) return
    const look = async (): Promise<void> => {
      const page = await fetch('/', { cache: 'no-store' }).then((response) =>
        response.ok ? response.text() : null,
      )
      if (page !== null && page.includes('<script') && !page.includes(own)) setNew(true)
    }
    const lookAgain = (): void => {
      if (document.visibilityState === 'visible') void look().catch(() => {})
    }
    const timer = setInterval(lookAgain, LOOK_MS)
    // Whoever comes back to a tab of yesterday is told at once.
    document.addEventListener('visibilitychange', lookAgain)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', lookAgain)
    }
  }, [])
  if (!isNew) return null
  return (
    <section className="banner info" aria-label={t.newVersion}>
      <strong>{t.newVersion}</strong>
      <Button kind="primary" onClick={() => location.reload()}>
        {t.reload}
      </Button>
    </section>
  )
}
