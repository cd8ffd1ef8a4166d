// Addresses, header rules, timeouts and retries, route by route, each with a form that puts them into the draft.

import { useState } from 'react'
import type { RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { PolicyTabProps } from './draft-edit.ts'
import { otherTexts, type OtherTexts } from './other-fields.ts'
import { OtherForm } from './other-form.tsx'
import { ToFirstService } from './first-steps.tsx'
import { POLICY_WORDS } from './words.ts'

export function Others({ config, edit, mayChange }: PolicyTabProps) {
  const t = useWords(POLICY_WORDS)
  const [route, setRoute] = useState<RouteView | null>(null)
  return (
    <div className="stack">
      <p className="muted">{t.moreLead}</p>
      <DataTable
        caption={t.tabs.more}
        rows={config.routes.map(otherTexts)}
        keyOf={(row) => String(row.route.index)}
        empty={
          <FirstStep
            title={t.noRoutes}
            command="check sallyport.yaml"
            operation="applyConfig"
            needs="operator"
            action={<ToFirstService />}
          />
        }
        columns={columnsOf(t, mayChange ? setRoute : null)}
      />
      {route !== null && <OtherForm route={route} edit={edit} onClose={() => setRoute(null)} />}
    </div>
  )
}

function columnsOf(
  t: (typeof POLICY_WORDS)['en'],
  onChange: ((route: RouteView) => void) | null,
): readonly Column<OtherTexts>[] {
  const code = (text: string) => (text === '' ? t.none : <code>{text}</code>)
  const columns: Column<OtherTexts>[] = [
    {
      id: 'route',
      title: t.route,
      value: ({ route }) => route.name,
      cell: ({ route }) => (
        <Link to={`/routes/${encodeURIComponent(route.name)}?view=yaml`}>{route.name}</Link>
      ),
    },
    { id: 'ip', title: t.ip, value: ({ ip }) => ip, cell: ({ ip }) => code(ip) },
    {
      id: 'headers',
      title: t.headers,
      value: ({ headers }) => headers,
      cell: ({ headers }) => code(headers),
    },
    {
      id: 'timeout',
      title: t.timeout,
      value: ({ timeout }) => timeout,
      cell: ({ timeout }) => timeout || <span className="muted">{t.byDefault}</span>,
    },
    {
      id: 'retries',
      title: t.retries,
      value: ({ retries }) => retries,
      cell: ({ retries }) =>
        retries === '' ? <span className="muted">{t.noRetries}</span> : code(retries),
    },
  ]
  if (onChange === null) return columns
  return [
    ...columns,
    {
      id: 'change',
      title: t.change,
      cell: ({ route }) => (
        <Button
          kind="quiet"
          className="small"
          aria-label={t.changeOf(route.name)}
          onClick={() => onChange(route)}
        >
          {t.changeOne}
        </Button>
      ),
    },
  ]
}
