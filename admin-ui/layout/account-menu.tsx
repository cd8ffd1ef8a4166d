// Who is signed in, how the console looks and speaks, and the way out.

import { useRef } from 'react'
import { useAction } from '../api/use-action.ts'
import { Button } from '../kit/button.tsx'
import { SelectField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { setZone, useZone, type Zone } from '../language/format.ts'
import { setLanguage, useLanguage, type Language } from '../language/language.ts'
import { useWords } from '../language/words.ts'
import { signOut, useMe } from '../session/session.ts'
import { setTheme, useTheme, type Theme } from './theme.ts'
import { LAYOUT_WORDS } from './words.ts'

export function AccountMenu() {
  const t = useWords(LAYOUT_WORDS)
  const { displayName, role } = useMe()
  const action = useAction()
  const ref = useRef<HTMLDetailsElement>(null)
  return (
    <details
      className="menu"
      ref={ref}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || ref.current?.open !== true) return
        ref.current.open = false
        ref.current.querySelector('summary')?.focus()
      }}
      onBlur={({ relatedTarget }) => {
        const isInside = relatedTarget instanceof Node && ref.current?.contains(relatedTarget)
        if (relatedTarget !== null && !isInside && ref.current !== null) ref.current.open = false
      }}
    >
      <summary aria-label={`${t.account}: ${t.signedInAs(displayName, t.roles[role])}`}>
        <span className="avatar" aria-hidden="true">
          {String.fromCodePoint(displayName.codePointAt(0) ?? 0x3f).toUpperCase()}
        </span>
      </summary>
      <div className="menu-panel">
        <p>
          <strong>{displayName}</strong>
          <br />
          <span className="muted">{t.roles[role]}</span>
        </p>
        <ViewSettings />
        <ZoneSetting />
        {action.refusal && <Problem refusal={action.refusal} />}
        <Button isBusy={action.isBusy} onClick={() => void action.run(signOut)}>
          {t.signOut}
        </Button>
      </div>
    </details>
  )
}

/** Also for those who are not signed in. */
export function ViewSettings() {
  const t = useWords(LAYOUT_WORDS)
  const language = useLanguage()
  const theme = useTheme()
  return (
    <div className="view-settings">
      <SelectField
        label={t.language}
        value={language}
        options={[
          ['en', 'English'],
          ['ja', '日本語'],
        ]}
        onChange={(value) => setLanguage(value as Language)}
      />
      <SelectField
        label={t.theme}
        value={theme}
        options={(['system', 'light', 'dark'] as const).map((name) => [name, t.themes[name]])}
        onChange={(value) => setTheme(value as Theme)}
      />
    </div>
  )
}

function ZoneSetting() {
  const t = useWords(LAYOUT_WORDS)
  const zone = useZone()
  return (
    <SelectField
      label={t.times}
      value={zone}
      options={(['local', 'utc'] as const).map((name) => [name, t.zones[name]])}
      onChange={(value) => setZone(value as Zone)}
    />
  )
}
