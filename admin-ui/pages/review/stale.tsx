// Somebody applied something else meanwhile: what they changed, and three ways to go on of which none loses a line.

import { useMemo } from 'react'
import type { Served } from '../../api/contract.ts'
import { revisions } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { changesBetween } from '../../config-text/changes.ts'
import { merge } from '../../config-text/merge.ts'
import { useDraft, type Draft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { ChangeList } from '../../kit/change-list.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { useWords } from '../../language/words.ts'
import { REVIEW_WORDS } from './words.ts'

export function Stale({ served, draft }: { readonly served: Served; readonly draft: Draft }) {
  const t = useWords(REVIEW_WORDS)
  const desk = useDraft()
  const { data } = useResource(revisions(null))
  const merged = useMemo(
    () => merge(draft.base.text, draft.text, served.text),
    [draft, served.text],
  )
  const theirs = useMemo(
    () => changesBetween(draft.base.text, served.text) ?? [],
    [draft, served.text],
  )
  const head = data?.items.find(({ number }) => number === served.revision)
  const who = head === undefined ? '–' : head.author || head.origin
  return (
    <>
      <Notice tone="warn" title={t.staleTitle}>
        {t.staleWhat(who, String(served.revision ?? '–'))}{' '}
        {merged.kind === 'merged' ? t.mergeClean : t.mergeConflict(merged.fromLine, merged.toLine)}
      </Notice>
      <div className="row">
        {merged.kind === 'merged' && (
          <Button kind="primary" onClick={() => desk.rebase(served, merged.text)}>
            {t.merge}
          </Button>
        )}
        <Button onClick={() => desk.rebase(served, draft.text)}>{t.keepMine}</Button>
        <Button onClick={() => saveFile('draft.yaml', draft.text)}>{t.downloadMine}</Button>
        <Button kind="quiet" onClick={() => desk.discard()}>
          {t.takeTheirs}
        </Button>
      </div>
      <Panel title={t.theirs}>
        <ChangeList changes={theirs} />
      </Panel>
    </>
  )
}
