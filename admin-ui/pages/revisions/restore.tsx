// Asks before an earlier revision is served again, and does it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Served } from '../../api/contract.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField } from '../../kit/form.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { REVISION_WORDS } from './words.ts'

export interface RestoreProps {
  readonly number: number
  /** Of what is served now, as the page shows it. */
  readonly checksum: string
  readonly onClose: () => void
}

export function Restore({ number, checksum, onClose }: RestoreProps) {
  const t = useWords(REVISION_WORDS)
  const kit = useWords(KIT_WORDS)
  const [confirmWithin, setConfirmWithin] = useState('')
  const action = useAction()
  const restore = (): void =>
    void action.run(async () => {
      const { revision } = await call<Served>('POST', `/api/v1/revisions/${number}:restore`, {
        body: confirmWithin === '' ? {} : { confirmWithin },
        ifMatch: checksum,
      })
      tell(t.restored(String(revision ?? '–')))
      invalidate('/api/v1/')
      onClose()
      navigate('/revisions')
    })
  return (
    <Dialog title={t.restoreTitle(String(number))} onClose={onClose}>
      <p>{t.restoreText}</p>
      <Form onSubmit={restore}>
        <SelectField
          label={t.takeBack}
          value={confirmWithin}
          options={[['', t.never], ...['60s', '5m'].map((wait) => [wait, t.within(wait)] as const)]}
          onChange={setConfirmWithin}
        />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.restore}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
