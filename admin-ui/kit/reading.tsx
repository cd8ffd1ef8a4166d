// Something that is read from the API: loading, refused, or shown, with old data kept beside the refusal.

import type { ReactNode } from 'react'
import { refresh, type Reading, type Resource } from '../api/resource.ts'
import { useWords } from '../language/words.ts'
import { Problem } from './problem.tsx'
import { KIT_WORDS } from './words.ts'

export interface LoadedProps<Answer> {
  readonly resource: Resource<Answer>
  readonly reading: Reading<Answer>
  readonly children: (data: Answer) => ReactNode
}

export function Loaded<Answer>({ resource, reading, children }: LoadedProps<Answer>) {
  const t = useWords(KIT_WORDS)
  const { data, refusal } = reading
  return (
    <>
      {refusal !== null && (
        <Problem refusal={refusal} onRetry={() => void refresh(resource.path)} />
      )}
      {data === null ? refusal === null && <p className="loading">{t.loading}</p> : children(data)}
    </>
  )
}
