// A role, and what it is for.

import type { Role } from '../../api/contract.ts'
import { SelectField, TextField } from '../../kit/form.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { ACCESS_WORDS } from './words.ts'

export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin']

export interface RoleFieldsProps {
  readonly role: Role
  readonly scope: string
  /** The most that may be given. */
  readonly upTo: Role
  readonly onRole: (role: Role) => void
  readonly onScope: (scope: string) => void
}

export function RoleFields({ role, scope, upTo, onRole, onScope }: RoleFieldsProps) {
  const t = useWords(ACCESS_WORDS)
  return (
    <>
      <SelectField
        label={t.role}
        hint={t.roleHints[role]}
        value={role}
        options={ROLES.slice(0, ROLES.indexOf(upTo) + 1).map((one) => [one, t.roles[one]])}
        onChange={(value) => onRole(value as Role)}
      />
      <TextField
        label={t.scope}
        hint={t.scopeHint}
        className="code"
        value={scope}
        onChange={onScope}
      />
    </>
  )
}

export function scopeOf(text: string): readonly string[] {
  return plainText(text)
    .split(/[\s,、]+/)
    .filter((one) => one !== '')
}
