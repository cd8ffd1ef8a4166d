// Makes a backup: an encrypted file that is given to the browser and kept nowhere else.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Check, Form, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { tell } from '../../kit/toasts.tsx'
import { useFormat } from '../../language/format.ts'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { SameByCli } from './same-by-cli.tsx'
import { SYSTEM_WORDS } from './words.ts'

const MAX_REVISIONS = 500

export function Backup() {
  const t = useWords(SYSTEM_WORDS)
  return (
    <div className="columns">
      <Panel title={t.tabs.backup}>
        <BackupForm />
      </Panel>
      <Panel title={t.whatTitle}>
        <ul>
          {t.what.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
        <p className="muted">{t.whatNot}</p>
        <SameByCli command="sallyport backup -f gateway.backup" />
      </Panel>
    </div>
  )
}

function BackupForm() {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [typed, setTyped] = useState('50')
  const [certificates, setCertificates] = useState(false)
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const revisions = Number(plainText(typed))
  const isCount = /^\d{1,3}$/.test(plainText(typed)) && revisions <= MAX_REVISIONS
  const make = (): void => {
    setTried(true)
    if (passphrase === '' || again !== passphrase || !isCount) return
    void action.run(async () => {
      const body = { passphrase, revisions, certificates }
      const made = await call<{ container: string; bytes: number }>(
        'POST',
        '/api/v1/system/backup',
        { body },
      )
      const day = new Date().toISOString().slice(0, 10)
      saveFile(`sallyport-${day}.backup`, made.container, 'application/json')
      setPassphrase('')
      setAgain('')
      setTried(false)
      tell(t.made(number(made.bytes)))
    })
  }
  return (
    <Form onSubmit={make} label={t.tabs.backup}>
      <TextField
        label={t.passphrase}
        hint={t.passphraseHint}
        fault={isTried && passphrase === '' ? t.needed : null}
        type="password"
        autoComplete="new-password"
        value={passphrase}
        onChange={setPassphrase}
      />
      <TextField
        label={t.passphraseAgain}
        fault={isTried && again !== passphrase ? t.passphraseDiffers : null}
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={setAgain}
      />
      <TextField
        label={t.revisions}
        hint={t.revisionsHint}
        fault={isTried && !isCount ? t.revisionsFault : null}
        inputMode="numeric"
        value={typed}
        onChange={setTyped}
      />
      <div>
        <Check label={t.certificates} isOn={certificates} onChange={setCertificates} />
        {certificates && <p className="fault">{t.certificatesHint}</p>}
      </div>
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      <Button type="submit" kind="primary" isBusy={action.isBusy}>
        {t.make}
      </Button>
    </Form>
  )
}
