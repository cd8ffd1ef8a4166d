// One number with its name, leading to where there is more about it.

import { Link } from '../../router/link.tsx'

export interface TileProps {
  readonly to: string
  readonly name: string
  readonly value: string
  readonly note: string
}

export function Tile({ to, name, value, note }: TileProps) {
  return (
    <Link to={to} className="tile">
      <span className="name">{name}</span>
      <span className="value">{value}</span>
      <span className="note">{note}</span>
    </Link>
  )
}
