// Says that the store of the limits is away, and what happens to requests meanwhile, for as long as it is so.

import type { NodeState } from '../../api/contract.ts'
import { Notice } from '../../kit/page.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { isStoreAway } from './attention-items.ts'
import { OVERVIEW_WORDS } from './words.ts'

export function StoreBanner({ store }: { readonly store: NodeState['limitStore'] }) {
  const t = useWords(OVERVIEW_WORDS)
  const { number } = useFormat()
  const { state, fault, whenDown } = store
  if (!isStoreAway(store)) {
    return state === 'recovery' ? <Notice tone="info" title={t.store.recovery} /> : null
  }
  return (
    <Notice tone="bad" title={t.store.away}>
      {fault !== null && <p className="breakable">{fault}</p>}
      {whenDown.length === 0 ? (
        <p>{t.store.nobody}</p>
      ) : (
        <ul>
          {whenDown.map(({ behaviour, count, limits }) => (
            <li key={behaviour}>
              {t.store.behaviours[behaviour]} <strong>{t.store.limits(number(count))}</strong>{' '}
              <span className="muted breakable">
                {limits.join(', ')}
                {limits.length < count && ' …'}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}
