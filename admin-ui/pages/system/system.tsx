// The gateway as a whole: its nodes, its checks, and everything of it as a file.

import { Page } from '../../kit/page.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { useMay } from '../../session/session.ts'
import type { PageProps } from '../page-props.ts'
import { Backup } from './backup.tsx'
import { Diagnostics } from './diagnostics.tsx'
import { Doctor } from './doctor.tsx'
import { SystemNodes } from './nodes.tsx'
import { Restore } from './restore.tsx'
import { Transfer } from './transfer.tsx'
import { SYSTEM_WORDS } from './words.ts'

const TABS = ['nodes', 'doctor', 'transfer', 'backup', 'restore', 'diagnostics'] as const
const OF_ADMINS: readonly string[] = ['backup', 'restore', 'diagnostics']

export function System({ params }: PageProps) {
  const t = useWords(SYSTEM_WORDS)
  const isAdmin = useMay('admin')
  const shown = TABS.filter((name) => isAdmin || !OF_ADMINS.includes(name))
  const tab = shown.find((name) => name === params['tab']) ?? 'nodes'
  const pathOf = (name: string): string => (name === 'nodes' ? '/system' : `/system/${name}`)
  return (
    <Page title={t.title} lead={t.lead}>
      <Tabs
        label={t.title}
        current={pathOf(tab)}
        tabs={shown.map((name) => ({ to: pathOf(name), text: t.tabs[name] }))}
      />
      {tab === 'nodes' && <SystemNodes />}
      {tab === 'doctor' && <Doctor />}
      {tab === 'transfer' && <Transfer />}
      {tab === 'backup' && <Backup />}
      {tab === 'restore' && <Restore />}
      {tab === 'diagnostics' && <Diagnostics />}
    </Page>
  )
}
