// Why? A request by its id or as curl, a call out, a call inside the mesh: asked, and answered step by step.

import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import type { PlacedExplanation } from '../../api/contract.ts'
import { useAction } from '../../api/use-action.ts'
import { Page } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { useQueryField } from '../../router/location.ts'
import type { PageProps } from '../page-props.ts'
import { Answer } from './answer.tsx'
import { CallForm } from './call-form.tsx'
import { RecentRefusals } from './recent-refusals.tsx'
import { RequestForm } from './request-form.tsx'
import { EXPLAIN_WORDS } from './words.ts'

const PATHS = { request: '/explain', egress: '/explain/egress', mesh: '/explain/mesh' } as const

export function Explain({ params: { tab = 'request' } }: PageProps) {
  const t = useWords(EXPLAIN_WORDS)
  const [id] = useQueryField('request')
  const [url] = useQueryField('url')
  const [answer, setAnswer] = useState<PlacedExplanation | null>(null)
  const action = useAction()
  const ask = (body: object): void =>
    void action.run(async () => {
      setAnswer(null)
      setAnswer(await call<PlacedExplanation>('POST', '/api/v1/explain', { body }))
    })
  useEffect(() => {
    if (id !== '' && tab === 'request') ask({ request: id })
    // Asked once for each id in the address.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, tab])
  return (
    <Page title={t.title} lead={t.lead}>
      <Tabs
        label={t.title}
        current={PATHS[tab as keyof typeof PATHS] ?? PATHS.request}
        tabs={(['request', 'egress', 'mesh'] as const).map((name) => ({
          to: PATHS[name],
          text: t.tabs[name],
        }))}
      />
      {tab === 'request' && (
        <RequestForm
          key={id + url}
          given={id || (url === '' ? '' : `curl '${url}'`)}
          isBusy={action.isBusy}
          onAsk={ask}
        />
      )}
      {(tab === 'egress' || tab === 'mesh') && (
        <CallForm key={tab} kind={tab} isBusy={action.isBusy} onAsk={ask} />
      )}
      {action.refusal && <Problem refusal={action.refusal} />}
      {answer !== null && <Answer explanation={answer} />}
      {tab === 'request' && answer === null && <RecentRefusals />}
    </Page>
  )
}
