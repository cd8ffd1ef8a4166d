// What both changed to different ends, field by field: each shows what was, what mine is and what theirs is.

import { flowText } from '../../config-text/parse.ts'
import { pathKey, type Conflict } from '../../draft/merge-fields.ts'
import { useWords } from '../../language/words.ts'
import { REVIEW_WORDS } from './words.ts'

export interface FieldChoicesProps {
  readonly conflicts: readonly Conflict[]
  /** Who changed what is served. */
  readonly who: string
  /** By `pathKey`: those of which mine is taken. */
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

export function FieldChoices({ conflicts, who, chosen, onChoose }: FieldChoicesProps) {
  const t = useWords(REVIEW_WORDS)
  return (
    <div className="stack">
      {conflicts.map(({ path, base, mine, theirs }) => {
        const key = pathKey(path)
        const isMine = chosen.has(key)
        const choose = (takesMine: boolean): void => {
          const next = new Set(chosen)
          if (takesMine) next.add(key)
          else next.delete(key)
          onChoose(next)
        }
        return (
          <fieldset key={key} className="choice">
            <legend>{path.join(' › ')}</legend>
            <p className="hint">
              {t.was} <code>{shown(base, t.nothingThere)}</code>
            </p>
            <Option
              name={key}
              label={t.takeTheirValue(who)}
              text={shown(theirs, t.nothingThere)}
              isOn={!isMine}
              onChoose={() => choose(false)}
            />
            <Option
              name={key}
              label={t.takeMyValue}
              text={shown(mine, t.nothingThere)}
              isOn={isMine}
              onChoose={() => choose(true)}
            />
          </fieldset>
        )
      })}
    </div>
  )
}

interface OptionProps {
  readonly name: string
  readonly label: string
  readonly text: string
  readonly isOn: boolean
  readonly onChoose: () => void
}

function Option({ name, label, text, isOn, onChoose }: OptionProps) {
  return (
    <label>
      <input type="radio" name={name} checked={isOn} onChange={onChoose} />
      <span>
        {label} <code>{text}</code>
      </span>
    </label>
  )
}

function shown(value: unknown, nothing: string): string {
  return value === undefined ? nothing : flowText(value)
}
