// A limit that is only thought of: drawn, counted against what is on record, and put on a route where it is good.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { LimitPromise, Replay } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { flowText } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { limitFields, limitOf, type LimitFields } from './limit-fields.ts'
import { LimitPicture } from './limit-picture.tsx'
import { LIMIT_WORDS } from './limit-words.ts'
import { attachLimit, type Shared } from './policy-edits.ts'
import { ReplayView } from './replay-view.tsx'
import { Attach } from './used-by.tsx'
import { POLICY_WORDS } from './words.ts'

interface Tried {
  readonly promise: LimitPromise
  readonly replay: Replay | null
}

export interface LimitTrialProps extends PolicyTabProps {
  readonly given: Shared | null
}

export function LimitTrial({ config, edit, mayChange, given }: LimitTrialProps) {
  const t = useWords(LIMIT_WORDS)
  const common = useWords(POLICY_WORDS)
  const [fields, setFields] = useState<LimitFields>(() => limitFields(given?.value))
  const [route, setRoute] = useState(given?.routes[0]?.name ?? config.routes[0]?.name ?? '')
  const [tried, setTried] = useState<Tried | null>(null)
  const [isTried, setIsTried] = useState(false)
  const action = useAction()
  const set = (key: 'rate' | 'burst' | 'key') => (value: string) =>
    setFields((before) => ({ ...before, [key]: value }))
  const limit = limitOf(fields)
  const ask = (): void => {
    setIsTried(true)
    if (limit === null) return
    void action.run(async () => {
      const body = { limit, ...(route !== '' && { route }) }
      setTried(null)
      setTried(await call<Tried>('POST', '/api/v1/limits:try', { body }))
    })
  }
  // Something to look at from the start; asked again by hand.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useEffect(ask, [])
  const isBurstFault = isTried && limit === null && !/^\d*$/.test(plainText(fields.burst))
  return (
    <Panel title={t.trial}>
      <div className="stack">
        <p className="muted">{t.lead}</p>
        <Form onSubmit={ask}>
          <div className="form-columns">
            <TextField
              label={t.rate}
              hint={t.rateHint}
              className="code"
              value={fields.rate}
              onChange={set('rate')}
            />
            <TextField
              label={t.burst}
              hint={t.burstHint}
              fault={isBurstFault ? t.burstFault : null}
              className="code"
              inputMode="numeric"
              value={fields.burst}
              onChange={set('burst')}
            />
            <TextField
              label={t.key}
              hint={t.keyHint}
              className="code"
              value={fields.key}
              onChange={set('key')}
            />
            <SelectField
              label={t.onRoute}
              value={route}
              options={[['', t.noRoute], ...config.routes.map(({ name }) => [name, name] as const)]}
              onChange={setRoute}
            />
          </div>
          <Button type="submit" kind="primary" isBusy={action.isBusy}>
            {t.try}
          </Button>
          {action.refusal && <Problem refusal={action.refusal} />}
        </Form>
        {tried !== null && (
          <div className="stack">
            <div className="columns">
              <LimitPicture promise={tried.promise} />
              {tried.replay !== null && <ReplayView replay={tried.replay} />}
            </div>
            {limit !== null && <Copyable text={`limits: [ ${flowText(limit)} ]`} />}
            {mayChange && limit !== null && (
              <Attach
                label={t.attachTried}
                routes={config.routes}
                onAttach={(to) =>
                  edit((text) => attachLimit(text, to, limit), common.attached(to.name))
                }
              />
            )}
          </div>
        )}
      </div>
    </Panel>
  )
}
