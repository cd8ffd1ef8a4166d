// The way out: what was refused, what is allowed, what was learned, and what would happen to a call.

import { useMemo } from 'react'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { FirstStep } from '../../kit/first-step.tsx'
import { Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import type { PageProps } from '../page-props.ts'
import { CheckCall } from './check-call.tsx'
import { Denied } from './denied.tsx'
import { Learned } from './learned.tsx'
import { ModeView } from './mode-view.tsx'
import { Rules } from './rules.tsx'
import { EGRESS_WORDS } from './words.ts'

const EXAMPLE = `egress:
  plain: 127.0.0.1:3128
  mode: learn
  rules: []`

export function Egress({ params: { tab = 'denied' } }: PageProps) {
  const t = useWords(EGRESS_WORDS)
  const reading = useResource(CONFIG)
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded resource={CONFIG} reading={reading}>
        {({ text }) => <Parts text={text} tab={tab} />}
      </Loaded>
    </Page>
  )
}

function Parts({ text, tab }: { readonly text: string; readonly tab: string }) {
  const t = useWords(EGRESS_WORDS)
  const { root } = useMemo(() => parseConfig(text), [text])
  if (root['egress'] === undefined) return <Off />
  const paths = {
    denied: '/egress',
    rules: '/egress/rules',
    learned: '/egress/learned',
    check: '/egress/check',
  } as const
  return (
    <>
      <ModeView />
      <Tabs
        label={t.title}
        current={paths[tab as keyof typeof paths] ?? paths.denied}
        tabs={(['denied', 'rules', 'learned', 'check'] as const).map((name) => ({
          to: paths[name],
          text: t.tabs[name],
        }))}
      />
      {tab === 'denied' && <Denied />}
      {tab === 'rules' && <Rules />}
      {tab === 'learned' && <Learned />}
      {tab === 'check' && <CheckCall />}
    </>
  )
}

function Off() {
  const t = useWords(EGRESS_WORDS)
  return (
    <FirstStep
      title={t.off}
      hint={t.offHint}
      example={EXAMPLE}
      command="check sallyport.yaml"
      operation="readEgressModes"
      needs="operator"
      action={
        <Link className="button primary" to="/config">
          {t.toConfig}
        </Link>
      }
    />
  )
}
