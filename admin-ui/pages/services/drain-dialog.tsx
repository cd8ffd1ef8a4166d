// Asks before an endpoint is kept from new requests, and says what that means.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { SERVICES } from '../../api/resources.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Check, Form, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import type { EndpointRow } from './endpoint-row.ts'
import { SERVICE_WORDS } from './words.ts'

export interface DrainDialogProps {
  readonly row: EndpointRow
  readonly onClose: () => void
}

export function DrainDialog({ row: { service, endpoint }, onClose }: DrainDialogProps) {
  const t = useWords(SERVICE_WORDS)
  const kit = useWords(KIT_WORDS)
  const [reason, setReason] = useState('')
  const [evenLast, setEvenLast] = useState(false)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const others = service.endpoints.filter(
    ({ name, drain }) => name !== endpoint.name && drain === null,
  ).length
  const drain = (): void => {
    setTried(true)
    if (others === 0 && !evenLast) return
    void action
      .run(async () => {
        const path = `/api/v1/services/${encodeURIComponent(service.name)}/endpoints:drain`
        await call('POST', path, { body: { endpoint: endpoint.name, reason, evenLast } })
        invalidate(SERVICES.path)
        tell(t.drained(endpoint.name))
      })
      .then((isDone) => isDone && onClose())
  }
  const flags = [
    ...(reason === '' ? [] : [`--reason ${JSON.stringify(reason)}`]),
    ...(evenLast ? ['--even-last'] : []),
  ]
  const words = ['npx sallyport services drain', service.name, endpoint.name, ...flags]
  return (
    <Dialog title={t.drainTitle(endpoint.name)} onClose={onClose}>
      <Form onSubmit={drain}>
        <p>{t.drainText}</p>
        <p className="muted">{t.drainReach}</p>
        <TextField label={t.reason} hint={t.reasonHint} value={reason} onChange={setReason} />
        {others === 0 && (
          <Notice tone="warn" title={t.last(service.name)}>
            <Check label={t.evenLast} isOn={evenLast} onChange={setEvenLast} />
            {isTried && !evenLast && <p className="fault">{t.needEvenLast}</p>}
          </Notice>
        )}
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.drainDo}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
        <Copyable text={words.join(' ')} />
      </Form>
    </Dialog>
  )
}
