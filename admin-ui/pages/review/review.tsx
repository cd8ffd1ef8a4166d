// The change set: what a draft changes by name and by line, what the gateway says of it, and putting it to work.

import { useMemo, useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG, CONFIG_SOURCE } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { changesBetween } from '../../config-text/changes.ts'
import { useDraft, type Draft } from '../../draft/draft.ts'
import { ChangeList } from '../../kit/change-list.tsx'
import { DiffView } from '../../kit/diff-view.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Page, Panel } from '../../kit/page.tsx'
import { Faults, Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useTrial } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { navigate } from '../../router/location.ts'
import { Apply, type Applied } from './apply.tsx'
import { FileIsSource } from './file-is-source.tsx'
import { ImpactView } from './impact-view.tsx'
import { ServedNow } from './served.tsx'
import { Stale } from './stale.tsx'
import { REVIEW_WORDS } from './words.ts'

const POLL_MS = 5000

export function Review() {
  const t = useWords(REVIEW_WORDS)
  const reading = useResource(CONFIG, POLL_MS)
  const { draft } = useDraft()
  const [applied, setApplied] = useState<Applied | null>(null)
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={CONFIG} reading={reading}>
        {(served) => {
          if (draft === null) {
            return applied === null ? <Nothing /> : <ServedNow applied={applied} />
          }
          return served.checksum === draft.base.checksum ? (
            <ChangeSet served={served} draft={draft} onApplied={setApplied} />
          ) : (
            <Stale served={served} draft={draft} />
          )
        }}
      </Loaded>
    </Page>
  )
}

function Nothing() {
  const t = useWords(REVIEW_WORDS)
  return (
    <FirstStep
      title={t.none}
      command="diff sallyport.yaml"
      operation="tryConfig"
      needs="operator"
      action={
        <div className="row">
          <Link className="button primary" to="/routes">
            {t.toRoutes}
          </Link>
          <Link className="button" to="/config">
            {t.toConfig}
          </Link>
        </div>
      }
    />
  )
}

interface ChangeSetProps {
  readonly served: Served
  readonly draft: Draft
  readonly onApplied: (applied: Applied) => void
}

function ChangeSet({ served, draft, onApplied }: ChangeSetProps) {
  const t = useWords(REVIEW_WORDS)
  const trial = useTrial(draft.text)
  const source = useResource(CONFIG_SOURCE)
  const changes = useMemo(() => changesBetween(served.text, draft.text), [served.text, draft.text])
  const goTo = ({ line = 1, column = 1 }: { line?: number; column?: number }): void =>
    navigate(`/config?line=${line}&column=${column}`)
  return (
    <>
      {trial.kind === 'refused' && (
        <Problem refusal={trial.refusal} onGoTo={goTo} file={source.data?.file ?? null}>
          <p>{t.invalid}</p>
        </Problem>
      )}
      {changes !== null && (
        <Panel title={t.structure}>
          {changes.length === 0 ? (
            <p className="muted">{t.onlyForm}</p>
          ) : (
            <ChangeList changes={changes} />
          )}
        </Panel>
      )}
      {trial.kind === 'asking' && <p className="loading">{t.checking}</p>}
      {trial.kind === 'valid' && trial.warnings.length > 0 && (
        <Panel title={t.warnings}>
          <Faults problems={trial.warnings} onGoTo={goTo} file={source.data?.file ?? null} />
        </Panel>
      )}
      {trial.kind === 'valid' && <ImpactView text={draft.text} />}
      {trial.kind === 'valid' && (
        <Panel title={t.text}>
          <DiffView diff={trial.diff} label={t.text} />
        </Panel>
      )}
      {source.data?.isWritable === false ? (
        <FileIsSource
          {...source.data}
          draft={draft}
          diff={trial.kind === 'valid' ? trial.diff : ''}
        />
      ) : (
        <Apply draft={draft} isValid={trial.kind === 'valid'} onApplied={onApplied} />
      )}
    </>
  )
}
