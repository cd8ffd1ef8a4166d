// The command palette: pages, routes, hosts, policies and requests by a few letters of their names.

import { useId, useState, type KeyboardEvent } from 'react'
import { Dialog } from '../kit/dialog.tsx'
import { useFormat } from '../language/format.ts'
import { plainText } from '../language/typed-text.ts'
import { useWords } from '../language/words.ts'
import { useChoices, type Choice } from './palette-choices.ts'
import { LAYOUT_WORDS } from './words.ts'

const MAX_SHOWN = 12

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(LAYOUT_WORDS)
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const { number } = useFormat()
  const choices = useChoices(plainText(typed))
  const found = choices.slice(0, MAX_SHOWN)
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
      {choices.length > found.length && (
        <p className="hint">{t.moreChoices(number(choices.length - found.length))}</p>
      )}
      {found.length === 0 && (
        <p className="muted" role="status">
          {t.nothingFound}
        </p>
      )}
    </Dialog>
  )
}
