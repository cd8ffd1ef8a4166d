// The CORS simulator: a page's call against a route as it is served or drafted, or against a policy that is only thought of.

import { useState } from 'react'
import { stringify } from 'yaml'
import { call } from '../../api/client.ts'
import type { Simulation } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { matchOf, parseConfig, type RouteView } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check, Form, SelectField, TextArea, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Prose } from '../../kit/prose.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { CORS_WORDS } from './cors-words.ts'
import { corsCommand, typedCors, typedHeaders, type CorsFields } from './cors-question.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import { attachCors } from './policy-edits.ts'
import { SimulationView } from './simulation-view.tsx'
import { Attach } from './used-by.tsx'
import { useLiveAnswer } from './use-live-answer.ts'
import { POLICY_WORDS } from './words.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const
const OWN = 'own'
const SERVED = 'served:'

export interface CorsSimulatorProps extends PolicyTabProps {
  /** A policy to begin with, on whose routes it is tried first. */
  readonly given: { readonly value: unknown; readonly route: RouteView } | null
}

export function CorsSimulator({ config, edit, mayChange, given }: CorsSimulatorProps) {
  const t = useWords(CORS_WORDS)
  const common = useWords(POLICY_WORDS)
  const { draft } = useDraft()
  const served = parseConfig(useResource(CONFIG).data?.text ?? '').routes
  const first = given?.route ?? config.routes.find(({ cors }) => cors.length > 0)
  const [fields, setFields] = useState<CorsFields>(() => ({
    subject: first === undefined ? OWN : `${draft === null ? 'served' : 'draft'}:${first.name}`,
    yaml: given === null ? 'https://app.example.com' : stringify(given.value).trim(),
    origin: exampleOrigin(first?.cors ?? []),
    method: 'PUT',
    headers: 'content-type: application/json, authorization',
    credentials: false,
  }))
  const set = <Key extends keyof CorsFields>(key: Key) => {
    return (value: CorsFields[Key]): void => setFields((before) => ({ ...before, [key]: value }))
  }
  const isOwn = fields.subject === OWN
  const cors = typedCors(fields.yaml)
  const isKnown = !fields.subject.startsWith(SERVED) || served.length > 0
  const question =
    (isOwn && cors === null) || !isKnown ? null : questionOf(fields, cors?.value, config.routes)
  const { answer, refusal, isBusy, askNow } = useLiveAnswer(question, simulate)
  return (
    <Panel title={t.simulator}>
      <div className="stack">
        <p className="muted">{t.lead}</p>
        <Form onSubmit={askNow}>
          <SelectField
            label={t.subject}
            value={fields.subject}
            options={subjects(t, served, draft === null ? [] : config.routes)}
            onChange={set('subject')}
          />
          {isOwn && (
            <TextArea
              label={t.yaml}
              rows={4}
              fault={cors === null ? t.yamlFault : null}
              value={fields.yaml}
              onChange={set('yaml')}
            />
          )}
          <div className="form-columns">
            <TextField
              label={t.origin}
              className="code"
              value={fields.origin}
              onChange={set('origin')}
            />
            <SelectField
              label={t.method}
              value={fields.method}
              options={METHODS.map((method) => [method, method] as const)}
              onChange={set('method')}
            />
          </div>
          <TextField
            label={t.headers}
            hint={t.headersHint}
            className="code"
            value={fields.headers}
            onChange={set('headers')}
          />
          <Check
            label={<Prose text={t.credentials} />}
            isOn={fields.credentials}
            onChange={set('credentials')}
          />
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {t.simulate}
          </Button>
          {refusal !== null && <Problem refusal={refusal} />}
        </Form>
        {answer !== null && <SimulationView simulation={answer} />}
        {fields.subject.startsWith(SERVED) && (
          <details className="more">
            <summary>{common.cli}</summary>
            <Copyable text={corsCommand(fields.subject.slice(SERVED.length), fields)} />
          </details>
        )}
        {answer !== null && isOwn && cors !== null && mayChange && (
          <Attach
            label={t.attachTried}
            routes={config.routes}
            onAttach={(route) =>
              edit((text) => attachCors(text, route, cors.value), common.attached(route.name))
            }
          />
        )}
      </div>
    </Panel>
  )
}

function simulate(body: object): Promise<Simulation> {
  return call<Simulation>('POST', '/api/v1/cors:simulate', { body })
}

type Options = readonly (readonly [string, string])[]

function subjects(
  t: (typeof CORS_WORDS)['en'],
  served: readonly RouteView[],
  drafted: readonly RouteView[],
): Options {
  return [
    ...drafted.map(({ name }) => [`draft:${name}`, t.draftOf(name)] as const),
    ...served.map(({ name }) => [`served:${name}`, t.ofRoute(name)] as const),
    [OWN, t.own],
  ]
}

function questionOf(fields: CorsFields, cors: unknown, drafted: readonly RouteView[]): object {
  const { subject, method, credentials } = fields
  const origin = plainText(fields.origin)
  const asked = { origin, method, headers: typedHeaders(fields.headers), credentials }
  if (subject === OWN) return { ...asked, cors: cors ?? null }
  const name = subject.slice(subject.indexOf(':') + 1)
  if (subject.startsWith(SERVED)) return { ...asked, route: name }
  const route = drafted.find((one) => one.name === name)
  const { methods } = matchOf(route?.value['match'])
  return {
    ...asked,
    cors: route?.value['cors'] ?? null,
    ...(methods.length > 0 && { methods: methods.map((one) => one.toUpperCase()) }),
  }
}

function exampleOrigin([first = '']: readonly string[]): string {
  return first === '' || first === '*' ? 'https://app.example.com' : first.replace('*', 'app')
}
