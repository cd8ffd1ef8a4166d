// Before the mode becomes `enforce`: what of the last day would have been refused, and then a draft that says so.

import { CONFIG, DENIED } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import type { Served } from '../../api/contract.ts'
import { removeKey, setKey } from '../../config-text/edit.ts'
import { mapOf, parseConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Badge } from '../../kit/page.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useNow } from '../../kit/time.tsx'
import { KIT_WORDS } from '../../kit/words.ts'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { EGRESS_WORDS } from './words.ts'

const DAY_MS = 86_400_000
const MAX_SHOWN = 50

export function EnforceDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(EGRESS_WORDS)
  const kit = useWords(KIT_WORDS)
  const { number } = useFormat()
  const now = useNow()
  const desk = useDraft()
  const reading = useResource(DENIED)
  const { data: served } = useResource(CONFIG)
  const put = (over: Served): void => {
    const text = setKey(desk.textOver(over), ['egress', 'mode'], 'enforce')
    const hasEnd = mapOf(parseConfig(text).root['egress'])['learnUntil'] !== undefined
    desk.save(over, hasEnd ? removeKey(text, ['egress', 'learnUntil']) : text)
    onClose()
    navigate('/review')
  }
  return (
    <Dialog title={t.enforceTitle} onClose={onClose} size="wide">
      <Loaded resource={DENIED} reading={reading}>
        {({ items }) => {
          const hit = items.filter(
            ({ passed, state, lastMs }) =>
              passed && state.kind !== 'allowed' && now - lastMs < DAY_MS,
          )
          return (
            <>
              <p>{hit.length === 0 ? t.enforceNone : t.enforceSome(number(hit.length))}</p>
              {hit.length > 0 && (
                <ul className="changes">
                  {hit.slice(0, MAX_SHOWN).map(({ caller, host, port, count, reason }) => (
                    <li key={`${caller} ${host} ${port}`} className="breakable">
                      <code>{caller}</code> → <code>{`${host}:${port}`}</code>{' '}
                      <Badge tone="warn">{t.calls(number(count))}</Badge>{' '}
                      <span className="hint">{wordFor(t.reasons, reason)}</span>
                    </li>
                  ))}
                </ul>
              )}
              {hit.length > MAX_SHOWN && (
                <p className="hint">{t.andMore(number(hit.length - MAX_SHOWN))}</p>
              )}
            </>
          )
        }}
      </Loaded>
      <div className="row">
        <Button
          kind="primary"
          disabledBecause={served === null ? kit.loading : null}
          onClick={() => served !== null && put(served)}
        >
          {t.enforceDo}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </div>
    </Dialog>
  )
}
