// Every key there is, and the switch that turns the single ones off.

import { Dialog } from '../kit/dialog.tsx'
import { Check } from '../kit/form.tsx'
import { useWords } from '../language/words.ts'
import { PAGE_NAMES } from '../pages/registry.ts'
import { useSeenPages } from './seen-pages.ts'
import { setKeys, useKeys } from './shortcuts.ts'
import { LAYOUT_WORDS } from './words.ts'

export function KeysHelp({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(LAYOUT_WORDS)
  const names = useWords(PAGE_NAMES)
  const isOn = useKeys()
  const pages = useSeenPages()
  return (
    <Dialog title={t.keys} onClose={onClose}>
      <Check label={t.keysOn} isOn={isOn} onChange={setKeys} />
      <dl className="keys">
        <Keys keys={['Ctrl', 'K']} text={t.shortcuts.palette} />
        <Keys keys={['?']} text={t.shortcuts.help} />
        <Keys keys={['/']} text={t.shortcuts.filter} />
        <Keys keys={['v']} text={t.shortcuts.view} />
        <Keys keys={['Esc']} text={t.shortcuts.escape} />
        {pages.map(({ pattern, navigation }) => (
          <Keys
            key={pattern}
            keys={['g', navigation.key]}
            text={t.shortcuts.goTo(names[navigation.name])}
          />
        ))}
      </dl>
    </Dialog>
  )
}

function Keys({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  )
}
