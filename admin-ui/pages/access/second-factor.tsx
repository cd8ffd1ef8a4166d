// One's own second factor: whether there is one, setting it up, new recovery codes, and switching it off.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Me, SecondFactor } from '../../api/contract.ts'
import { invalidate, useResource, type Resource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Badge, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { signedIn } from '../../session/session.ts'
import { Enrolment } from './enrolment.tsx'
import { FACTOR_WORDS } from './factor-words.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

const PATH = '/api/v1/me/second-factor'
const FACTOR: Resource<SecondFactor> = { path: PATH }
/** From then on new ones are asked for. */
const FEW_LEFT = 3

export function SecondFactorPanel() {
  const t = useWords(FACTOR_WORDS)
  const reading = useResource(FACTOR)
  const [isEnrolling, setEnrolling] = useState(false)
  if (isEnrolling) {
    const leave = (): void => {
      setEnrolling(false)
      invalidate(PATH)
    }
    return (
      <Panel title={t.title}>
        <Enrolment onConfirmed={signedIn} onDone={leave} onCancel={leave} />
      </Panel>
    )
  }
  return (
    <Panel title={t.title}>
      <Loaded resource={FACTOR} reading={reading}>
        {(factor) =>
          factor.isOn ? <IsOn factor={factor} /> : <IsOff onBegin={() => setEnrolling(true)} />
        }
      </Loaded>
    </Panel>
  )
}

function IsOff({ onBegin }: { readonly onBegin: () => void }) {
  const t = useWords(FACTOR_WORDS)
  return (
    <div className="form">
      <p>{t.offLead}</p>
      <div className="row">
        <Button kind="primary" onClick={onBegin}>
          {t.begin}
        </Button>
      </div>
    </div>
  )
}

function IsOn({ factor: { recoveryLeft, isRequired } }: { readonly factor: SecondFactor }) {
  const t = useWords(FACTOR_WORDS)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [isLeaving, setLeaving] = useState(false)
  const action = useAction()
  const renew = (): void =>
    void action.run(async () => {
      const path = `${PATH}:renew-recovery-codes`
      const made = await call<{ recoveryCodes: readonly string[] }>('POST', path, { body: {} })
      setCodes(made.recoveryCodes)
      invalidate(PATH)
    })
  if (codes !== null) return <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />
  return (
    <div className="form">
      <p>
        <Badge tone="ok">{t.on}</Badge> {t.onLead}
      </p>
      <p className={recoveryLeft <= FEW_LEFT ? 'fault' : 'hint'}>{t.left(String(recoveryLeft))}</p>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      <div className="row">
        <Button isBusy={action.isBusy} onClick={renew}>
          {t.renew}
        </Button>
        {!isRequired && <Button onClick={() => setLeaving(true)}>{t.switchOff}</Button>}
      </div>
      {isRequired && <p className="hint">{t.required}</p>}
      {isLeaving && <OffDialog onClose={() => setLeaving(false)} />}
    </div>
  )
}

function OffDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(FACTOR_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const remove = (): void =>
    void action.run(async () => {
      signedIn(await call<Me>('DELETE', PATH))
      invalidate(PATH)
      tell(t.isOff)
      onClose()
    })
  return (
    <Dialog title={t.switchOffTitle} onClose={onClose}>
      <p>{t.switchOffText}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={remove}>
          {t.switchOff}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}
