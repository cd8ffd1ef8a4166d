// Restores a backup: the file is read, what it would change is shown, and then all of that happens or nothing.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Field, Form, TextField } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useWords } from '../../language/words.ts'
import { SameByCli } from './same-by-cli.tsx'
import { isNoChange, RestoreChanges, type Preview } from './restore-changes.tsx'
import { SYSTEM_WORDS } from './words.ts'

interface Opened {
  readonly container: string
  readonly passphrase: string
  readonly preview: Preview
}

export function Restore() {
  const t = useWords(SYSTEM_WORDS)
  const [opened, setOpened] = useState<Opened | null>(null)
  return (
    <>
      {opened === null ? (
        <Panel title={t.tabs.restore}>
          <OpenForm onOpen={setOpened} />
        </Panel>
      ) : (
        <Opening opened={opened} onDone={() => setOpened(null)} />
      )}
      <SameByCli
        command={'sallyport restore gateway.backup\nsallyport restore gateway.backup --yes'}
      />
    </>
  )
}

function OpenForm({ onOpen }: { readonly onOpen: (opened: Opened) => void }) {
  const t = useWords(SYSTEM_WORDS)
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [isTried, setTried] = useState(false)
  const action = useAction()
  const open = (): void => {
    setTried(true)
    if (file === null || passphrase === '') return
    void action.run(async () => {
      const container = await file.text()
      const body = { container, passphrase }
      const preview = await call<Preview>('POST', '/api/v1/system/restore:preview', { body })
      onOpen({ container, passphrase, preview })
    })
  }
  return (
    <Form onSubmit={open} label={t.tabs.restore}>
      <Field label={t.file} hint={t.fileHint} fault={isTried && file === null ? t.needed : null}>
        {(ids) => (
          <input
            {...ids}
            type="file"
            onChange={({ target }) => setFile(target.files?.[0] ?? null)}
          />
        )}
      </Field>
      <TextField
        label={t.passphrase}
        fault={isTried && passphrase === '' ? t.needed : null}
        type="password"
        autoComplete="off"
        value={passphrase}
        onChange={setPassphrase}
      />
      {action.refusal && <Problem refusal={action.refusal} onDismiss={action.clear} />}
      <Button type="submit" kind="primary" isBusy={action.isBusy}>
        {t.preview}
      </Button>
    </Form>
  )
}

function Opening({ opened, onDone }: { readonly opened: Opened; readonly onDone: () => void }) {
  const t = useWords(SYSTEM_WORDS)
  const [isAsking, setAsking] = useState(false)
  const { preview } = opened
  return (
    <Panel title={t.previewTitle}>
      {isNoChange(preview) && <Notice tone="info" title={t.nothingChanges} />}
      <RestoreChanges preview={preview} />
      <div className="row">
        {!isNoChange(preview) && (
          <Button kind="danger" onClick={() => setAsking(true)}>
            {t.restoreNow}
          </Button>
        )}
        <Button onClick={onDone}>{t.other}</Button>
      </div>
      {isAsking && (
        <ConfirmDialog opened={opened} onClose={() => setAsking(false)} onDone={onDone} />
      )}
    </Panel>
  )
}

interface ConfirmProps {
  readonly opened: Opened
  readonly onClose: () => void
  readonly onDone: () => void
}

function ConfirmDialog({ opened, onClose, onDone }: ConfirmProps) {
  const t = useWords(SYSTEM_WORDS)
  const kit = useWords(KIT_WORDS)
  const action = useAction()
  const restore = (): void =>
    void action.run(async () => {
      const { container, passphrase, preview } = opened
      const body = { container, passphrase }
      await call('POST', '/api/v1/system/restore', { body, ifMatch: preview.checksum })
      invalidate('/api/')
      tell(t.restored)
      onDone()
    })
  return (
    <Dialog title={t.restoreTitle} onClose={onClose}>
      <p>{t.confirm}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <div className="row">
        <Button kind="danger" isBusy={action.isBusy} onClick={restore}>
          {t.restoreNow}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}
