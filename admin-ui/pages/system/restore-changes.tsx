// What a restore would change, part by part.

import type { RestorePreview } from '../../api/contract.ts'
import { DiffView } from '../../kit/diff-view.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { SYSTEM_WORDS } from './words.ts'

/** With when the backup was made, and by which version. */
export type Preview = RestorePreview & { readonly createdAtMs: number; readonly program: string }

export function isNoChange({ diff, accounts, history, revocations }: RestorePreview): boolean {
  return diff === '' && Object.values(accounts).flat().length + history + revocations === 0
}

export function RestoreChanges({ preview }: { readonly preview: Preview }) {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  const { createdAtMs, program, diff, accounts, history, revocations, certificates } = preview
  const people = (
    ['usersAdded', 'usersRemoved', 'usersChanged', 'tokensAdded', 'tokensRemoved'] as const
  ).filter((kind) => accounts[kind].length > 0)
  return (
    <>
      <p className="muted">
        <Time ms={createdAtMs} />, {t.madeBy(program)}
      </p>
      <dl className="facts">
        <dt>{t.people}</dt>
        <dd>
          {people.length === 0
            ? t.staysAsIs
            : people.map((kind) => (
                <div key={kind}>
                  {t[kind]}: <strong>{accounts[kind].join(', ')}</strong>
                </div>
              ))}
        </dd>
        <dt>{t.history}</dt>
        <dd>{history === 0 ? t.staysAsIs : t.historyText(number(history))}</dd>
        <dt>{t.revocations}</dt>
        <dd>{revocations === 0 ? t.staysAsIs : t.revocationsText(number(revocations))}</dd>
        {certificates.length > 0 && (
          <>
            <dt>{t.certificatesIn}</dt>
            <dd>
              <code>{certificates.join(', ')}</code>
              <p className="hint">
                <Prose text={t.certificatesNote} />
              </p>
            </dd>
          </>
        )}
        <dt>{t.configuration}</dt>
        <dd>{diff === '' && t.staysAsIs}</dd>
      </dl>
      {diff !== '' && <DiffView diff={diff} label={t.configuration} />}
    </>
  )
}
