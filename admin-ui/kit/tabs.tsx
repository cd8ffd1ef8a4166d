// Parts of one page, each at an address of its own: links that say which one is shown.

import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { Link } from '../router/link.tsx'

export interface TabsProps {
  readonly label: string
  readonly current: string
  readonly tabs: readonly { readonly to: string; readonly text: ReactNode }[]
}

/** Where they do not all fit, like on a phone, the one that is shown stands in the middle of what is seen. */
export function Tabs({ label, current, tabs }: TabsProps) {
  const list = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const chosen = list.current?.querySelector('[aria-current]')
    if (list.current === null || !chosen) return
    const [all, one] = [list.current.getBoundingClientRect(), chosen.getBoundingClientRect()]
    list.current.scrollLeft += one.left + one.width / 2 - (all.left + all.width / 2)
  }, [current])
  return (
    <nav ref={list} className="tabs" aria-label={label}>
      {tabs.map(({ to, text }) => (
        <Link key={to} to={to} aria-current={to === current ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  )
}
