// Services: every endpoint as this node sees it, and the join tokens by which new ones come into the mesh.

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
import { Endpoints } from './endpoints.tsx'
import { JoinTokens } from './join-tokens.tsx'
import { SERVICE_WORDS } from './words.ts'

const EXAMPLE = `mesh:
  trustDomain: example.internal
  bind: 0.0.0.0:15012
  authorize:
    - { to: orders, from: [edge], methods: [GET] }`

export function Services({ params: { tab = 'endpoints' } }: PageProps) {
  const t = useWords(SERVICE_WORDS)
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
  const t = useWords(SERVICE_WORDS)
  const { root } = useMemo(() => parseConfig(text), [text])
  return (
    <>
      <Tabs
        label={t.title}
        current={tab === 'tokens' ? '/services/tokens' : '/services'}
        tabs={[
          { to: '/services', text: t.tabs.endpoints },
          { to: '/services/tokens', text: t.tabs.tokens },
        ]}
      />
      {tab === 'tokens' ? <Tokens hasMesh={root['mesh'] !== undefined} /> : <Endpoints />}
    </>
  )
}

function Tokens({ hasMesh }: { readonly hasMesh: boolean }) {
  return hasMesh ? <JoinTokens /> : <MeshOff />
}

export function MeshOff() {
  const t = useWords(SERVICE_WORDS)
  return (
    <FirstStep
      title={t.off}
      hint={t.offHint}
      example={EXAMPLE}
      command="check sallyport.yaml"
      operation="listJoinTokens"
      needs="operator"
      action={
        <Link className="button primary" to="/config">
          {t.toConfig}
        </Link>
      }
    />
  )
}
