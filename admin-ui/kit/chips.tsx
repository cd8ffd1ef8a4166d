// A row of small links of which one is chosen, or that each take one thing away; what they choose stands in the address.

import type { ReactNode } from 'react'
import { Link } from '../router/link.tsx'

export interface ChipsProps {
  readonly label: string
  readonly children: ReactNode
}

export function Chips({ label, children }: ChipsProps) {
  return (
    <nav className="chips" aria-label={label}>
      {children}
    </nav>
  )
}

export interface ChipProps {
  readonly to: string
  readonly isChosen?: boolean
  readonly children: ReactNode
}

export function Chip({ to, isChosen = false, children }: ChipProps) {
  return (
    <Link to={to} className="chip" aria-current={isChosen ? 'true' : undefined}>
      {children}
    </Link>
  )
}

export interface TakenChipProps {
  readonly to: string
  /** What is taken away, for those who cannot see the cross. */
  readonly title: string
  readonly children: ReactNode
}

export function TakenChip({ to, title, children }: TakenChipProps) {
  return (
    <Link to={to} className="chip taken" aria-label={title} title={title}>
      <span>{children}</span>
      <span aria-hidden="true">×</span>
    </Link>
  )
}
