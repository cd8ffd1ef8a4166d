// Users, API tokens and one's own account.

import { Page } from '../../kit/page.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { MyAccount } from './my-account.tsx'
import { IdentityProvider } from './provider.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'
import { ACCESS_WORDS } from './words.ts'

const TABS = ['users', 'sessions', 'tokens', 'provider', 'me'] as const
/** For administrators alone. */
const GUARDED: ReadonlySet<string> = new Set(['users', 'provider'])

export function Access({ params }: PageProps) {
  const t = useWords(ACCESS_WORDS)
  const isAdmin = useMay('admin')
  const shown = TABS.filter((name) => isAdmin || !GUARDED.has(name))
  const tab = shown.find((name) => name === params['tab']) ?? shown[0]!
  const pathOf = (name: string): string => (name === shown[0] ? '/access' : `/access/${name}`)
  return (
    <Page title={t.title} lead={t.lead}>
      <Tabs
        label={t.title}
        current={pathOf(tab)}
        tabs={shown.map((name) => ({ to: pathOf(name), text: t.tabs[name] }))}
      />
      {tab === 'users' && <Users />}
      {tab === 'sessions' && <Sessions />}
      {tab === 'tokens' && <Tokens />}
      {tab === 'provider' && <IdentityProvider />}
      {tab === 'me' && <MyAccount />}
    </Page>
  )
}
