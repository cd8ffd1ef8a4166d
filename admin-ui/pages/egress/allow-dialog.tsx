// Lets one refused destination out: for whom, how far, for how long, and who answers for it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Denial, Served } from '../../api/contract.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { EGRESS_WORDS } from './words.ts'

const DAY_MS = 86_400_000
const LIVES = [1, 7, 30, 90] as const

export function AllowDialog({
  denial,
  onClose,
}: {
  readonly denial: Denial
  readonly onClose: () => void
}) {
  const t = useWords(EGRESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const { caller, host, port } = denial
  const [isWide, setWide] = useState(false)
  const [owner, setOwner] = useState('')
  const [days, setDays] = useState('7')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const wildcard = `*.${host.slice(host.indexOf('.') + 1)}`
  const hasParent = host.split('.').length > 2
  const expires = days === '' ? null : dayIn(Number(days))
  const allow = (): void => {
    setTried(true)
    if (plainText(owner) === '') return
    void action.run(async () => {
      const body = {
        host: `${isWide ? wildcard : host}:${port}`,
        from: caller,
        owner: plainText(owner),
        ...(expires !== null && { expires }),
      }
      const { rule, revision } = await call<{ rule: string; revision: number | null }>(
        'POST',
        '/api/v1/egress:allow',
        { body },
      )
      invalidate('/api/v1/')
      onClose()
      const undo =
        revision === null || revision < 2
          ? null
          : { label: t.undo, run: () => void takeBack(revision, t.undone) }
      tell(t.allowed(rule, String(revision ?? '–')), undo)
    })
  }
  return (
    <Dialog title={t.allowTitle(`${host}:${port}`)} onClose={onClose}>
      <Form onSubmit={allow}>
        <dl className="facts">
          <dt>{t.from}</dt>
          <dd>
            <code>{caller}</code>
          </dd>
        </dl>
        <SelectField
          label={t.host}
          value={isWide ? 'wide' : 'exact'}
          options={[
            ['exact', t.thisHost(`${host}:${port}`)],
            ...(hasParent ? [['wide', t.siblings(`${wildcard}:${port}`)] as const] : []),
          ]}
          onChange={(value) => setWide(value === 'wide')}
        />
        {isWide && <Notice tone="warn" title={t.publicWarning} />}
        <TextField
          label={t.owner}
          hint={t.ownerHint}
          fault={isTried && plainText(owner) === '' ? t.ownerNeeded : null}
          value={owner}
          onChange={setOwner}
        />
        <SelectField
          label={t.expires}
          hint={expires === null ? undefined : t.until(expires)}
          value={days}
          options={[...LIVES.map((life) => [String(life), t.days(life)] as const), ['', t.forever]]}
          onChange={setDays}
        />
        {action.refusal && <Problem refusal={action.refusal} />}
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.allowDo}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  )
}

/** A rule expires with the end of a day, in UTC. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
}

/** Only as long as nobody changed anything since. */
async function takeBack(revision: number, said: string): Promise<void> {
  const served = await call<Served>('GET', '/api/v1/config')
  if (served.revision !== revision) return
  await call('POST', `/api/v1/revisions/${revision - 1}:restore`, {
    body: {},
    ifMatch: served.checksum,
  })
  invalidate('/api/v1/')
  tell(said)
}
