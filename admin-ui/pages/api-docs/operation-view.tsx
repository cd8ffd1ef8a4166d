// One operation: who may, what goes in and what comes out, as the gateway's own schemas have it.

import { Badge, Panel } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { useWords } from '../../language/words.ts'
import { SchemaView } from './schema-view.tsx'
import type { ApiOperation, Parameter } from './spec.ts'
import { TryIt } from './try-it.tsx'
import { API_WORDS } from './words.ts'

export function OperationView({ operation }: { readonly operation: ApiOperation }) {
  const t = useWords(API_WORDS)
  const { id, method, path, summary, role, isReading, parameters, body, status, answer } = operation
  return (
    <div>
      <Panel title={id}>
        <p className="api-path">
          <span className={`verb ${method.toLowerCase()}`}>{method}</span>
          <span>{path}</span>
        </p>
        <p>{summary}</p>
        <p className="row">
          <span className="muted">{t.role}</span>
          <Badge tone="neutral">{t.roles[role]}</Badge>
          <Badge tone={isReading ? 'ok' : 'warn'}>{isReading ? t.reading : t.changing}</Badge>
        </p>
        {parameters.length > 0 && (
          <>
            <h3>{t.parameters}</h3>
            <Parameters parameters={parameters} />
          </>
        )}
        {body !== null && (
          <>
            <h3>{t.body}</h3>
            <SchemaView schema={body} />
          </>
        )}
        <h3>{t.answer(status)}</h3>
        <SchemaView schema={answer} />
        <p className="hint">
          <Prose text={t.refusals} />
        </p>
      </Panel>
      <TryIt operation={operation} />
    </div>
  )
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  const t = useWords(API_WORDS)
  return (
    <ul className="schema">
      {parameters.map(({ name, in: place, required, description, schema }) => (
        <li key={`${place} ${name}`}>
          <code>{name}</code>{' '}
          <span className="kind">
            {t.places[place]}, {required ? t.required : t.optional}
            {schema.enum !== undefined && ` · ${schema.enum.map(String).join(', ')}`}
          </span>
          {description !== undefined && <p className="hint">{description}</p>}
        </li>
      ))}
    </ul>
  )
}
