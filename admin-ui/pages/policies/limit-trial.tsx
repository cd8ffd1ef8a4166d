// A limit that is only thought of: drawn, counted against what is on record, and put on a route where it is good.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { LimitPromise, Replay } from '../../api/contract.ts'
import { flowText } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { limitFields, limitOf, type LimitFields } from './limit-fields.ts'
import { LimitPicture } from './limit-picture.tsx'
import { LIMIT_WORDS } from './limit-words.ts'
import { attachLimit, type Shared } from './policy-edits.ts'
import { ReplayView } from './replay-view.tsx'
import { Attach } from './used-by.tsx'
import { useLiveAnswer } from './use-live-answer.ts'
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
  const set = (key: 'rate' | 'burst' | 'key' | 'onStoreDown') => (value: string) =>
    setFields((before) => ({ ...before, [key]: value }))
  const limit = limitOf(fields)
  const question = limit === null ? null : { limit, ...(route !== '' && { route }) }
  const { answer: tried, refusal, isBusy, askNow } = useLiveAnswer(question, tryLimit)
  return (
    <Panel title={t.trial}>
      <div className="stack">
        <p className="muted">{t.lead}</p>
        <Form onSubmit={askNow}>
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
              fault={limit === null ? t.burstFault : null}
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
            <SelectField
              label={t.storeDown}
              hint={t.storeDownHint}
              value={fields.onStoreDown}
              options={[
                ['', t.storeDownKinds.local],
                ['closed', t.storeDownKinds.closed],
                ['open', t.storeDownKinds.open],
              ]}
              onChange={set('onStoreDown')}
            />
          </div>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {t.try}
          </Button>
          {refusal !== null && <Problem refusal={refusal} />}
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

function tryLimit(body: object): Promise<Tried> {
  return call<Tried>('POST', '/api/v1/limits:try', { body })
}
