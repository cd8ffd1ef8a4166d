// A diagnostics bundle: gathered here, read here, and saved only when somebody has seen what is in it.

import { Fragment, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Bundle } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { SameByCli } from './same-by-cli.tsx'
import { SYSTEM_WORDS } from './words.ts'

export function Diagnostics() {
  const t = useWords(SYSTEM_WORDS)
  const [bundle, setBundle] = useState<Bundle | null>(null)
  const action = useAction()
  const gather = (): void =>
    void action.run(async () => {
      setBundle(await call<Bundle>('GET', '/api/v1/system/diagnostics'))
    })
  const button = (
    <Button kind={bundle === null ? 'primary' : 'plain'} isBusy={action.isBusy} onClick={gather}>
      {bundle === null ? t.gather : t.gatherAgain}
    </Button>
  )
  return (
    <>
      <p className="row">{t.bundleText}</p>
      {action.refusal && <Problem refusal={action.refusal} onRetry={gather} />}
      {bundle === null ? (
        <FirstStep
          title={t.bundleEmpty}
          command="diagnostics -f bundle.txt"
          operation="readDiagnostics"
          action={button}
        />
      ) : (
        <>
          <p className="row">
            <Button kind="primary" onClick={() => save(bundle)}>
              {t.downloadBundle}
            </Button>
            {button}
            <Time ms={bundle.generatedAtMs} />
          </p>
          <Redacted bundle={bundle} />
          <Parts bundle={bundle} />
        </>
      )}
      {bundle !== null && <SameByCli command="sallyport diagnostics -f bundle.txt" />}
    </>
  )
}

/** What was looked for and taken out, before anything leaves the browser. */
function Redacted({ bundle }: { readonly bundle: Bundle }) {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  return (
    <Panel title={t.redactedTitle}>
      <dl className="facts">
        {bundle.redacted.map(({ kind, count }) => (
          <Fragment key={kind}>
            <dt>{t.redacted[kind]}</dt>
            <dd>{count === 0 ? t.redactedNone : t.redactedTimes(number(count))}</dd>
          </Fragment>
        ))}
      </dl>
    </Panel>
  )
}

function Parts({ bundle }: { readonly bundle: Bundle }) {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  return (
    <Panel title={t.partsTitle}>
      {bundle.parts.map(({ name, bytes, text }) => (
        <details key={name} className="more">
          <summary>
            <code>{name}</code> <span className="muted">{t.bytes(number(bytes))}</span>
          </summary>
          <pre className="part" tabIndex={0} aria-label={name}>
            {text}
          </pre>
        </details>
      ))}
    </Panel>
  )
}

function save({ generatedAtMs, parts }: Bundle): void {
  const time = new Date(generatedAtMs).toISOString().replaceAll(':', '-').slice(0, 19)
  const text = parts.map(({ name, text: body }) => `===== ${name} =====\n${body}`).join('\n')
  saveFile(`sallyport-diagnostics-${time}.txt`, text)
}
