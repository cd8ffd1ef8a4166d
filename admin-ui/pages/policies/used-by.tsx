// The routes that have a policy, each with a way to take it off, and a way to put it on one more.

import { useState } from 'react'
import type { RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { POLICY_WORDS } from './words.ts'

export interface UsedByProps {
  readonly routes: readonly RouteView[]
  /** What is special on one of them; '' for nothing. */
  readonly noteOf?: (route: RouteView) => string
  /** null: nobody may. */
  readonly onDetach: ((route: RouteView) => void) | null
}

export function UsedBy({ routes, noteOf, onDetach }: UsedByProps) {
  const t = useWords(POLICY_WORDS)
  if (routes.length === 0) return <span className="muted">{t.nobody}</span>
  return (
    <span className="badges">
      {routes.map((route) => (
        <span key={route.index} className="row">
          <Link to={`/routes/${encodeURIComponent(route.name)}`}>{route.name}</Link>
          {noteOf && noteOf(route) !== '' && <span className="muted">{noteOf(route)}</span>}
          {onDetach && (
            <Button
              kind="quiet"
              className="small"
              aria-label={t.detachFrom(route.name)}
              onClick={() => onDetach(route)}
            >
              {t.detach}
            </Button>
          )}
        </span>
      ))}
    </span>
  )
}

export interface AttachProps {
  /** What choosing a route does; the first choice, which chooses none. */
  readonly label: string
  /** Those that do not have it. */
  readonly routes: readonly RouteView[]
  readonly onAttach: (route: RouteView) => void
}

export function Attach({ label, routes, onAttach }: AttachProps) {
  const t = useWords(POLICY_WORDS)
  const [name, setName] = useState('')
  const chosen = routes.find((route) => route.name === name)
  if (routes.length === 0) return null
  return (
    <Form
      className="row"
      onSubmit={() => {
        if (chosen === undefined) return
        onAttach(chosen)
        setName('')
      }}
    >
      <SelectField
        label={<span className="visually-hidden">{label}</span>}
        value={chosen === undefined ? '' : name}
        options={[['', `${label}…`], ...routes.map((route) => [route.name, route.name] as const)]}
        onChange={setName}
      />
      <Button type="submit" disabledBecause={chosen === undefined ? t.chooseRoute : null}>
        {t.attach}
      </Button>
    </Form>
  )
}
