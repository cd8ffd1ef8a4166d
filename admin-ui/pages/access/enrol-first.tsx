// Where the configuration wants everybody to have a second factor: setting it up, before anything else is shown.

import { useState } from 'react'
import type { Me } from '../../api/contract.ts'
import { useCsrfToken as keepCsrfToken } from '../../api/client.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Door } from '../../layout/door.tsx'
import { useWords } from '../../language/words.ts'
import { signedIn, signOut } from '../../session/session.ts'
import { Enrolment } from './enrolment.tsx'
import { FACTOR_WORDS } from './factor-words.ts'

export function EnrolFirst() {
  const t = useWords(FACTOR_WORDS)
  const [me, setMe] = useState<Me | null>(null)
  const leaving = useAction()
  // The page is shown only once the recovery codes were seen.
  const keep = (next: Me): void => {
    keepCsrfToken(next.csrfToken ?? '')
    setMe(next)
  }
  return (
    <Door title={t.firstTitle}>
      <p>{t.firstLead}</p>
      <Enrolment onConfirmed={keep} onDone={() => me !== null && signedIn(me)} />
      {me === null && (
        <Button kind="quiet" isBusy={leaving.isBusy} onClick={() => void leaving.run(signOut)}>
          {t.signOut}
        </Button>
      )}
    </Door>
  )
}
