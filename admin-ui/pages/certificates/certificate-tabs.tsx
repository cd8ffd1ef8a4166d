// The parts of everything about certificates, each at an address of its own.

import { Tabs } from '../../kit/tabs.tsx'
import { useWords } from '../../language/words.ts'
import { CERTIFICATE_WORDS } from './words.ts'

const PATHS = {
  certificates: '/certificates',
  identities: '/certificates/identities',
  authority: '/certificates/authority',
} as const

export function CertificateTabs({
  current,
}: {
  readonly current: (typeof PATHS)[keyof typeof PATHS]
}) {
  const t = useWords(CERTIFICATE_WORDS)
  return (
    <Tabs
      label={t.title}
      current={current}
      tabs={(['certificates', 'identities', 'authority'] as const).map((name) => ({
        to: PATHS[name],
        text: t.tabs[name],
      }))}
    />
  )
}
