// Why signing in at the identity provider did not work, for who came back from there.

import { Notice } from '../../kit/page.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { useQuery } from '../../router/location.ts'
import { SIGN_IN_WORDS } from './words.ts'

export function RefusedThere() {
  const t = useWords(SIGN_IN_WORDS)
  const kit = useWords(KIT_WORDS)
  const query = useQuery()
  const code = query.get('refused') ?? ''
  const requestId = query.get('request') ?? ''
  if (code === '') return null
  return (
    <Notice tone="bad" title={t.refusedThere}>
      <p>{reasonOf(t.refusals, code)}</p>
      {requestId !== '' && (
        <p className="hint">
          {kit.requestId} <code>{requestId}</code>
        </p>
      )}
    </Notice>
  )
}

type Refusals = (typeof SIGN_IN_WORDS)['en']['refusals']

function reasonOf(refusals: Refusals, code: string): string {
  return Object.hasOwn(refusals, code) ? refusals[code as keyof Refusals] : refusals.other
}
