// One entry of the audit in full: when, by which way, and what was there before and after.

import type { AuditEntry } from '../../api/contract.ts'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Time } from '../../kit/time.tsx'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { AUDIT_WORDS } from './words.ts'

export function EntryDetails({ entry }: { readonly entry: AuditEntry }) {
  const t = useWords(AUDIT_WORDS)
  const { time, origin, requestId, before, after, hash, previous, sequence } = entry
  return (
    <details className="more">
      <summary>#{sequence}</summary>
      <dl className="facts">
        <dt>{t.when}</dt>
        <dd>
          <Time ms={Date.parse(time)} />
        </dd>
        <dt>{t.origin}</dt>
        <dd>{wordFor(t.origins, origin)}</dd>
        {requestId !== '' && (
          <>
            <dt>{t.requestId}</dt>
            <dd>
              <code>{requestId}</code> <CopyButton text={requestId} />
            </dd>
          </>
        )}
        {namesOf(before, after).map((name) => (
          <Change key={name} name={name} before={part(before, name)} after={part(after, name)} />
        ))}
        <dt>{t.hash}</dt>
        <dd>
          <code>{hash.slice(0, 16)}…</code>{' '}
          <span className="hint">{t.follows(previous.slice(0, 16))}</span>
        </dd>
      </dl>
      <CopyButton text={JSON.stringify(entry, null, 2)} label={t.copyEntry} />
    </details>
  )
}

/** Of values that are no objects: the one name ''. */
function namesOf(before: unknown, after: unknown): readonly string[] {
  if (before === null && after === null) return []
  if (!isParted(before) || !isParted(after)) return ['']
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
}

function isParted(value: unknown): value is Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && !Array.isArray(value)
}

function part(value: unknown, name: string): unknown {
  if (name === '') return value ?? undefined
  return (value as Readonly<Record<string, unknown>> | null)?.[name]
}

interface ChangeProps {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
}

function Change({ name, before, after }: ChangeProps) {
  const t = useWords(AUDIT_WORDS)
  return (
    <>
      <dt>{name === '' ? t.value : <code>{name}</code>}</dt>
      <dd>
        {before !== undefined && (
          <>
            <span className="hint">{t.before}</span> <code>{JSON.stringify(before)}</code>{' '}
          </>
        )}
        {after !== undefined && (
          <>
            <span className="hint">{t.after}</span> <code>{JSON.stringify(after)}</code>
          </>
        )}
      </dd>
    </>
  )
}
