// Parts of one page, each at an address of its own: links that say which one is shown.

import type { ReactNode } from 'react'
import { Link } from '../router/link.tsx'

export interface TabsProps {
  readonly label: string
  readonly current: string
  readonly tabs: readonly { readonly to: string; readonly text: ReactNode }[]
}

export function Tabs({ label, current, tabs }: TabsProps) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ to, text }) => (
        <Link key={to} to={to} aria-current={to === current ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  )
}
