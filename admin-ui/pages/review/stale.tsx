// Somebody applied something else meanwhile: what they changed, and ways to go on of which none loses a line.

import { useMemo, useState } from 'react'
import type { RevisionSummary, Served } from '../../api/contract.ts'
import { revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { changesBetween } from '../../config-text/changes.ts'
import { merge } from '../../config-text/merge.ts'
import { useDraft, type Draft } from '../../draft/draft.ts'
import { mergedText, mergeFields } from '../../draft/merge-fields.ts'
import { Button } from '../../kit/button.tsx'
import { ChangeList } from '../../kit/change-list.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { Ago } from '../../kit/time.tsx'
import { useWords } from '../../language/words.ts'
import { FieldChoices } from './field-choices.tsx'
import { REVIEW_WORDS } from './words.ts'

interface StaleProps {
  readonly served: Served
  readonly draft: Draft
}

export function Stale({ served, draft }: StaleProps) {
  const t = useWords(REVIEW_WORDS)
  const desk = useDraft()
  const { data } = useResource(revisions(null))
  const head = data?.items.find(({ number }) => number === served.revision) ?? null
  const mine = useMemo(() => changesBetween(draft.base.text, draft.text) ?? [], [draft])
  const theirs = useMemo(
    () => changesBetween(draft.base.text, served.text) ?? [],
    [draft, served.text],
  )
  return (
    <>
      <Notice tone="warn" title={t.staleTitle}>
        <ChangedBy head={head} revision={served.revision} />
      </Notice>
      <Merging served={served} draft={draft} who={nameOf(head)} />
      <div className="row between">
        <Button onClick={() => desk.rebase(served, draft.text)}>{t.keepMine}</Button>
        <Button onClick={() => saveFile('draft.yaml', draft.text)}>{t.downloadMine}</Button>
        <Button kind="quiet" onClick={() => desk.discard()}>
          {t.takeTheirs}
        </Button>
      </div>
      <Panel title={t.theirs}>
        <ChangeList changes={theirs} />
      </Panel>
      <Panel title={t.mine}>
        <ChangeList changes={mine} />
      </Panel>
    </>
  )
}

function nameOf(head: RevisionSummary | null): string {
  return head === null ? '–' : head.author || head.origin
}

function ChangedBy({
  head,
  revision,
}: {
  readonly head: RevisionSummary | null
  readonly revision: number | null
}) {
  const t = useWords(REVIEW_WORDS)
  return (
    <p>
      {t.changedBy(nameOf(head), String(revision ?? '–'))}
      {head !== null && (
        <>
          {' '}
          <Ago ms={head.atMs} />
          {head.message !== '' && <span className="breakable"> “{head.message}”</span>}
        </>
      )}
    </p>
  )
}

/** By lines where that is possible, so that every comment stays; else field by field. */
function Merging({ served, draft, who }: StaleProps & { readonly who: string }) {
  const t = useWords(REVIEW_WORDS)
  const desk = useDraft()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isStuck, setStuck] = useState(false)
  const texts = useMemo(
    () => ({ base: draft.base.text, mine: draft.text, theirs: served.text }),
    [draft, served.text],
  )
  const lines = useMemo(() => merge(texts.base, texts.mine, texts.theirs), [texts])
  const fields = useMemo(() => mergeFields(texts), [texts])
  if (lines.kind === 'merged') {
    return (
      <Panel title={t.mergeTitle}>
        <p>{t.mergeClean}</p>
        <Button kind="primary" onClick={() => desk.rebase(served, lines.text)}>
          {t.merge}
        </Button>
      </Panel>
    )
  }
  if (fields === null || isStuck) {
    return <Notice tone="warn" title={t.mergeConflict(lines.fromLine, lines.toLine)} />
  }
  const take = (): void => {
    try {
      desk.rebase(served, mergedText(texts, fields, chosen))
    } catch {
      setStuck(true)
    }
  }
  return (
    <Panel title={t.mergeTitle}>
      <p>{fields.conflicts.length === 0 ? t.mergeByField : t.chooseByField}</p>
      <FieldChoices conflicts={fields.conflicts} who={who} chosen={chosen} onChoose={setChosen} />
      <p className="hint">{t.commentsHint}</p>
      <Button kind="primary" onClick={take}>
        {fields.conflicts.length === 0 ? t.merge : t.mergeChosen}
      </Button>
    </Panel>
  )
}
