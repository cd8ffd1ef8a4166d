// The targets of a release beside each other: what each gets and should get, how often it fails, how long it takes.

import type { ReactNode } from 'react'
import type { ReleaseView } from '../../api/contract.ts'
import { Button } from '../../kit/button.tsx'
import { Badge } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { errorShare, milliseconds, percent, type Target } from './figures.ts'
import type { SetShares } from './set-shares.ts'
import { allTo } from './shares.ts'
import { RELEASE_WORDS } from './words.ts'

/** From this share of errors on it is told in colour, too. */
const BAD_SHARE = 0.05

export interface SideBySideProps {
  readonly release: ReleaseView
  readonly isBusy: boolean
  /** null: who looks may not. */
  readonly onSet: SetShares | null
}

export function SideBySide({ release, isBusy, onSet }: SideBySideProps) {
  const t = useWords(RELEASE_WORDS)
  const { targets, watch, abort, windowMs } = release
  const shares = targets.map(({ weight }) => weight)
  return (
    <section aria-label={t.sideBySide}>
      <div className="columns release-targets">
        {targets.map((target, at) => (
          <TargetPanel
            key={target.target}
            target={target}
            isGuarded={watch?.target === target.target}
            isStopped={abort?.target === target.target}
          >
            {onSet !== null && target.share < 1 && (
              <Button isBusy={isBusy} onClick={() => void onSet(allTo(shares, at))}>
                {t.allHere(target.target)}
              </Button>
            )}
          </TargetPanel>
        ))}
      </div>
      <p className="hint">{t.inWindow(spanOf(windowMs, t))}</p>
    </section>
  )
}

interface TargetPanelProps {
  readonly target: Target
  readonly isGuarded: boolean
  readonly isStopped: boolean
  readonly children: ReactNode
}

function TargetPanel({ target, isGuarded, isStopped, children }: TargetPanelProps) {
  const t = useWords(RELEASE_WORDS)
  const { number } = useFormat()
  const failing = errorShare(target)
  return (
    <section className="panel" aria-label={target.target}>
      <header>
        <h2 className="breakable">{target.target}</h2>
        <span className="badges">
          {isStopped && <Badge tone="bad">{t.stopped}</Badge>}
          {isGuarded && <Badge tone="ok">{t.guarded}</Badge>}
        </span>
      </header>
      <ShareBar set={target.share} actual={target.actualShare} />
      <dl className="facts">
        <dt>{t.set}</dt>
        <dd className="number-cell">
          <strong>{percent(target.share, 0)}</strong>
        </dd>
        <dt>{t.actual}</dt>
        <dd className="number-cell">{percent(target.actualShare)}</dd>
        <dt>{t.requests}</dt>
        <dd className="number-cell">
          {target.requests === 0 ? t.noRequests : number(target.requests)}
        </dd>
        <dt>{t.errors}</dt>
        <dd className="number-cell">
          {failing !== null && failing >= BAD_SHARE ? (
            <Badge tone="bad">{percent(failing)}</Badge>
          ) : (
            percent(failing)
          )}
        </dd>
        <dt>{t.p95}</dt>
        <dd className="number-cell">{milliseconds(target.p95Ms)}</dd>
      </dl>
      {!target.isCounted && <p className="hint">{t.notCounted}</p>}
      {children}
    </section>
  )
}

/** Said in words beside it. */
function ShareBar({ set, actual }: { readonly set: number; readonly actual: number | null }) {
  return (
    <svg className="share-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect className="ground" width="100" height="10" />
      <rect className="actual" width={100 * (actual ?? 0)} height="10" />
      <rect className="set" x={Math.min(99, 100 * set)} width="1" height="10" />
    </svg>
  )
}

function spanOf(ms: number, t: (typeof RELEASE_WORDS)['en']): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? t.seconds(seconds) : t.minutes(Math.round(seconds / 60))
}
