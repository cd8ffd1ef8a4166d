// One policy that routes have in common: as it is written, who has it, trying it, and putting it on one more.

import type { RouteView } from '../../config-text/parse.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import type { PolicyTabProps } from './draft-edit.ts'
import type { Shared } from './policy-edits.ts'
import { Attach, UsedBy } from './used-by.tsx'
import { POLICY_WORDS } from './words.ts'

/** Of a configuration's text, with the policy on that route or off it. */
export type PolicyEdit = (text: string, route: RouteView, value: unknown) => string

export interface SharedPolicyProps extends PolicyTabProps {
  readonly policy: Shared
  /** As it is written. */
  readonly shown: string
  readonly words: { readonly try: string; readonly attachTo: string }
  readonly attach: PolicyEdit
  readonly detach: PolicyEdit
  readonly onTry: () => void
}

export function SharedPolicy(props: SharedPolicyProps) {
  const { policy, shown, words, attach, detach, onTry, config, edit, mayChange } = props
  const t = useWords(POLICY_WORDS)
  const { value, routes } = policy
  const others = config.routes.filter(({ index }) => routes.every((one) => one.index !== index))
  const takeOff = (route: RouteView): void =>
    edit((text) => detach(text, route, value), t.detached(route.name))
  const putOn = (route: RouteView): void =>
    edit((text) => attach(text, route, value), t.attached(route.name))
  return (
    <Panel>
      <div className="stack">
        <Copyable text={shown} />
        <dl className="facts">
          <dt>{t.usedBy}</dt>
          <dd>
            <UsedBy routes={routes} onDetach={mayChange ? takeOff : null} />
          </dd>
        </dl>
        <div className="row">
          <Button onClick={onTry}>{words.try}</Button>
          {mayChange && <Attach label={words.attachTo} routes={others} onAttach={putOn} />}
        </div>
      </div>
    </Panel>
  )
}
