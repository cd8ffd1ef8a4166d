// The configuration out of here as a file, and a file in as a draft that is reviewed before it is applied.

import { useState } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Field, Form } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { SameByCli } from './same-by-cli.tsx'
import { SYSTEM_WORDS } from './words.ts'

const MAX_BYTES = 8 * 1024 * 1024

const EXPORT: Resource<{
  readonly text: string
  readonly checksum: string
  readonly canonicalChecksum: string
  readonly revision: number | null
}> = { path: '/api/v1/system/export' }

export function Transfer() {
  const t = useWords(SYSTEM_WORDS)
  const mayChange = useMay('operator')
  const reading = useResource(EXPORT)
  return (
    <>
      <div className="columns">
        <Panel title={t.exportTitle}>
          <p>{t.exportText}</p>
          <Loaded resource={EXPORT} reading={reading}>
            {({ text, checksum, canonicalChecksum, revision }) => (
              <div className="stack">
                <dl className="facts">
                  <dt>{t.revision}</dt>
                  <dd>{revision ?? '–'}</dd>
                  <dt>{t.canonical}</dt>
                  <dd>
                    <code>{canonicalChecksum}</code>
                    <p className="hint">{t.canonicalHint}</p>
                  </dd>
                  <dt>{t.checksum}</dt>
                  <dd>
                    <code>{checksum}</code>
                  </dd>
                </dl>
                <Button
                  kind="primary"
                  onClick={() => saveFile('sallyport.yaml', text, 'application/yaml')}
                >
                  {t.download}
                </Button>
              </div>
            )}
          </Loaded>
        </Panel>
        {mayChange && (
          <Panel title={t.importTitle}>
            <p>{t.importText}</p>
            <ImportForm />
          </Panel>
        )}
      </div>
      <SameByCli
        command={
          'sallyport export > sallyport.yaml\nsallyport apply sallyport.yaml --dry-run\nsallyport apply sallyport.yaml --confirm-within 60s'
        }
      />
    </>
  )
}

function ImportForm() {
  const t = useWords(SYSTEM_WORDS)
  const { data: served } = useResource(CONFIG)
  const desk = useDraft()
  const [file, setFile] = useState<File | null>(null)
  const [isTried, setTried] = useState(false)
  const [isSame, setSame] = useState(false)
  const isTooLarge = file !== null && file.size > MAX_BYTES
  const faults = [isTried && file === null && t.needed, isTooLarge && t.tooLarge]
  const take = async (): Promise<void> => {
    setTried(true)
    if (file === null || isTooLarge || served === null) return
    const text = await file.text()
    setSame(text === served.text)
    if (text === served.text) return
    desk.save(served, text)
    tell(t.imported)
    navigate('/review')
  }
  return (
    <Form onSubmit={() => void take()} label={t.importTitle}>
      <Field label={t.importFile} fault={faults.find((fault) => fault !== false) || null}>
        {(ids) => (
          <input
            {...ids}
            type="file"
            accept=".yaml,.yml"
            onChange={({ target }) => {
              setFile(target.files?.[0] ?? null)
              setSame(false)
            }}
          />
        )}
      </Field>
      {isSame && <Notice tone="info" title={t.importSame} />}
      <Button type="submit" kind="primary">
        {t.importGo}
      </Button>
    </Form>
  )
}
