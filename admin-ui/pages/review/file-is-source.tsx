// Where the file is the source and only read here: the draft as a patch to take there, and why it cannot be applied.

import type { Draft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { useWords } from '../../language/words.ts'
import { REVIEW_WORDS } from './words.ts'

export interface FileIsSourceProps {
  readonly file: string
  readonly reason: string
  readonly draft: Draft
  /** Unified, of what is served and the draft. */
  readonly diff: string
}

export function FileIsSource({ file, reason, draft, diff }: FileIsSourceProps) {
  const t = useWords(REVIEW_WORDS)
  const patch = patchOf(diff, file)
  return (
    <Panel>
      <Notice tone="info" title={t.sourceTitle(file)}>
        <p>{t.sourceWhy(reason)}</p>
      </Notice>
      <div className="row">
        <Button kind="primary" onClick={() => saveFile(`${file}.patch`, patch)}>
          {t.downloadPatch}
        </Button>
        <CopyButton label={t.copyPatch} text={patch} />
        <Button onClick={() => saveFile(file, draft.text)}>{t.downloadFile}</Button>
      </div>
    </Panel>
  )
}

/** With the names that `git apply` and `patch -p1` look for. */
export function patchOf(diff: string, file: string): string {
  return diff.replace(/^--- .*$/m, `--- a/${file}`).replace(/^\+\+\+ .*$/m, `+++ b/${file}`)
}
