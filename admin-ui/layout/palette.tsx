// The command palette: pages, routes, hosts and actions by a few letters of their names.

import { useId, useMemo, useState, type KeyboardEvent } from 'react'
import { CONFIG } from '../api/resources.ts'
import { useResource } from '../api/resource.ts'
import { parseConfig } from '../config-text/parse.ts'
import { Dialog } from '../kit/dialog.tsx'
import { setLanguage, useLanguage } from '../language/language.ts'
import { plainText } from '../language/typed-text.ts'
import { useWords } from '../language/words.ts'
import { PAGE_NAMES, PAGES } from '../pages/registry.ts'
import { navigate } from '../router/location.ts'
import { useMay } from '../session/session.ts'
import { setTheme } from './theme.ts'
import { LAYOUT_WORDS } from './words.ts'

interface Choice {
  readonly id: string
  readonly text: string
  readonly detail: string
  readonly run: () => void
}

const MAX_SHOWN = 12

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(LAYOUT_WORDS)
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const choices = useChoices()
  const wanted = plainText(typed).toLowerCase().split(/\s+/).filter(Boolean)
  const found = choices
    .filter(({ text, detail }) =>
      wanted.every((word) => `${text} ${detail}`.toLowerCase().includes(word)),
    )
    .slice(0, MAX_SHOWN)
  const current = Math.min(at, found.length - 1)
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return
    onClose()
    choice.run()
  }
  const hear = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((current + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(found[current])
    }
  }
  return (
    <Dialog title={t.palette} onClose={onClose}>
      <input
        className="palette-input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${current}` : undefined}
        aria-label={t.paletteHint}
        placeholder={t.paletteHint}
        value={typed}
        onKeyDown={hear}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
      />
      <ul className="palette-list" role="listbox" id={listId} aria-label={t.palette}>
        {found.map((choice, index) => (
          <li
            key={choice.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            onClick={() => choose(choice)}
            onMouseMove={() => setAt(index)}
          >
            <span>{choice.text}</span>
            <span className="muted">{choice.detail}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className="muted" role="status">
          {t.nothingFound}
        </p>
      )}
    </Dialog>
  )
}

function useChoices(): readonly Choice[] {
  const t = useWords(LAYOUT_WORDS)
  const names = useWords(PAGE_NAMES)
  const language = useLanguage()
  const isOperator = useMay('operator')
  const { data } = useResource(CONFIG)
  const text = data?.text ?? ''
  const { routes } = useMemo(() => parseConfig(text), [text])
  const pages = PAGES.flatMap(({ pattern, navigation, role }) =>
    navigation === null || (role !== 'viewer' && !isOperator)
      ? []
      : [
          {
            id: pattern,
            text: names[navigation.name],
            detail: `g ${navigation.key}`,
            run: () => navigate(pattern),
          },
        ],
  )
  return [
    ...pages,
    ...routes.map(({ name, hosts, path }) => ({
      id: `route ${name}`,
      text: name,
      detail: `${hosts.join(' ')}${path}`,
      run: () => navigate(`/routes/${encodeURIComponent(name)}`),
    })),
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      id: `theme ${theme}`,
      text: `${t.theme}: ${t.themes[theme]}`,
      detail: '',
      run: () => setTheme(theme),
    })),
    {
      id: 'language',
      text: language === 'ja' ? 'English' : '日本語',
      detail: t.language,
      run: () => setLanguage(language === 'ja' ? 'en' : 'ja'),
    },
  ]
}
