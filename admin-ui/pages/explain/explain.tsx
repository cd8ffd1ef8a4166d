// Why? A request by its id or as curl, a token, a call out, a call inside the mesh: asked, answered step by step, and kept.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { PlacedExplanation } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Chip, Chips } from '../../kit/chips.tsx'
import { Page, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { useQueryField } from '../../router/location.ts'
import type { PageProps } from '../page-props.ts'
import { Answer } from './answer.tsx'
import { CallForm } from './call-form.tsx'
import { FORM_WORDS } from './form-words.ts'
import type { Question } from './policy-test.ts'
import { RecentRefusals } from './recent-refusals.tsx'
import { RequestFieldsForm } from './request-fields-form.tsx'
import { RequestForm } from './request-form.tsx'
import { SaveTest } from './save-test.tsx'
import { SavedTests } from './saved-tests.tsx'
import { TokenTab } from './token-tab.tsx'
import { EXPLAIN_WORDS } from './words.ts'

const PATHS = {
  request: '/explain',
  token: '/explain/token',
  egress: '/explain/egress',
  mesh: '/explain/mesh',
  tests: '/explain/tests',
} as const
const TABS = ['request', 'token', 'egress', 'mesh', 'tests'] as const

export function Explain({ params: { tab = 'request' } }: PageProps) {
  const t = useWords(EXPLAIN_WORDS)
  const [by] = useQueryField('by')
  return (
    <Page title={t.title} lead={t.lead}>
      <Tabs
        label={t.title}
        current={PATHS[tab as keyof typeof PATHS] ?? PATHS.request}
        tabs={TABS.map((name) => ({ to: PATHS[name], text: t.tabs[name] }))}
      />
      {tab === 'token' && <TokenTab />}
      {tab === 'tests' && <SavedTests />}
      {(tab === 'request' || tab === 'egress' || tab === 'mesh') && (
        <Asked key={tab + by} kind={tab} />
      )}
    </Page>
  )
}

interface Answered {
  readonly question: Question
  readonly answer: PlacedExplanation
}

function Asked({ kind }: { readonly kind: 'request' | 'egress' | 'mesh' }) {
  const [id] = useQueryField('request')
  const [url] = useQueryField('url')
  const [method] = useQueryField('method')
  const [answered, setAnswered] = useState<Answered | null>(null)
  const action = useAction()
  const ask = (question: Question): void =>
    void action.run(async () => {
      setAnswered(null)
      const answer = await call<PlacedExplanation>('POST', '/api/v1/explain', { body: question })
      setAnswered({ question, answer })
    })
  useEffect(() => {
    if (id !== '' && kind === 'request') ask({ request: id })
    // Asked once for each id in the address.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, kind])
  return (
    <>
      {kind === 'request' ? (
        <RequestForms given={{ id, url, method }} isBusy={action.isBusy} onAsk={ask} />
      ) : (
        <CallForm kind={kind} isBusy={action.isBusy} onAsk={ask} />
      )}
      {action.refusal && <Problem refusal={action.refusal} />}
      {answered !== null && (
        <>
          <Answer explanation={answered.answer} />
          <SaveTest question={answered.question} answer={answered.answer} />
        </>
      )}
      {kind === 'request' && answered === null && <RecentRefusals />}
    </>
  )
}

interface RequestFormsProps {
  /** As the address says. */
  readonly given: { readonly id: string; readonly url: string; readonly method: string }
  readonly isBusy: boolean
  readonly onAsk: (question: Question) => void
}

/** What somebody has is pasted; what nobody has made is filled in. */
function RequestForms({ given: { id, url, method }, isBusy, onAsk }: RequestFormsProps) {
  const t = useWords(FORM_WORDS)
  const [by] = useQueryField('by')
  return (
    <Panel>
      <Chips label={t.how}>
        <Chip to="/explain" isChosen={by !== 'form'}>
          {t.paste}
        </Chip>
        <Chip to="/explain?by=form" isChosen={by === 'form'}>
          {t.title}
        </Chip>
      </Chips>
      {by === 'form' ? (
        <RequestFieldsForm isBusy={isBusy} onAsk={onAsk} />
      ) : (
        <RequestForm
          key={id + url}
          given={id || (url === '' ? '' : `curl ${method === '' ? '' : `-X ${method} `}'${url}'`)}
          isBusy={isBusy}
          onAsk={onAsk}
        />
      )}
    </Panel>
  )
}
