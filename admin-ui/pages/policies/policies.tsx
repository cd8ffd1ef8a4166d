// What is asked of callers, by kind: tokens, CORS, rate limits, and the rest. Each with who has it and a way to try it.

import { useMemo } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Notice, Page } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { Cors } from './cors.tsx'
import { useDraftEdit } from './draft-edit.ts'
import { Issuers } from './issuers.tsx'
import { Limits } from './limits.tsx'
import { Others } from './others.tsx'
import { POLICY_WORDS } from './words.ts'

const PATHS = {
  tokens: '/policies',
  cors: '/policies/cors',
  limits: '/policies/limits',
  more: '/policies/more',
} as const
const TABS = ['tokens', 'cors', 'limits', 'more'] as const

export function Policies({ params: { tab = 'tokens' } }: PageProps) {
  const t = useWords(POLICY_WORDS)
  const reading = useResource(CONFIG)
  return (
    <Page title={t.title} lead={t.lead}>
      <Tabs
        label={t.title}
        current={PATHS[tab as keyof typeof PATHS] ?? PATHS.tokens}
        tabs={TABS.map((name) => ({ to: PATHS[name], text: t.tabs[name] }))}
      />
      <Loaded resource={CONFIG} reading={reading}>
        {(served) => <Part served={served} tab={tab} />}
      </Loaded>
    </Page>
  )
}

function Part({ served, tab }: { readonly served: Served; readonly tab: string }) {
  const t = useWords(POLICY_WORDS)
  const mayChange = useMay('operator')
  const { draft } = useDraft()
  const { edit, isStuck } = useDraftEdit(served)
  const text = draft?.text ?? served.text
  const config = useMemo(() => parseConfig(text), [text])
  if (config.fault !== null) {
    return (
      <Notice tone="bad" title={t.fault}>
        <Link to="/config">{config.fault}</Link>
      </Notice>
    )
  }
  const props = { config, text, edit, mayChange }
  return (
    <>
      {!mayChange && <Notice tone="info" title={t.readOnly} />}
      {draft !== null && <Notice tone="info" title={t.fromDraft} />}
      {isStuck && (
        <Notice tone="bad" title={t.stuck}>
          <Link to="/config">{t.toConfig}</Link>
        </Notice>
      )}
      {tab === 'tokens' && <Issuers {...props} />}
      {tab === 'cors' && <Cors {...props} />}
      {tab === 'limits' && <Limits {...props} />}
      {tab === 'more' && <Others {...props} />}
    </>
  )
}
