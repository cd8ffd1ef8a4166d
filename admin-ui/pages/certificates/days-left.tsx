// How long a certificate is good for, as a word with a colour that says how urgent it is.

import type { Certificate } from '../../api/contract.ts'
import { Badge, type Tone } from '../../kit/page.tsx'
import { useNow } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { CERTIFICATE_WORDS } from './words.ts'

const TONES: Readonly<Record<Certificate['state'], Tone>> = {
  good: 'ok',
  due: 'warn',
  urgent: 'bad',
  expired: 'bad',
  faulty: 'bad',
}
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export function DaysLeft({ item }: { readonly item: Pick<Certificate, 'state' | 'notAfterMs'> }) {
  const t = useWords(CERTIFICATE_WORDS)
  const now = useNow()
  const { time, distance, number } = useFormat()
  const { state, notAfterMs } = item
  const leftMs = notAfterMs - now
  const days = Math.floor(leftMs / DAY_MS)
  const hours = Math.floor(leftMs / HOUR_MS)
  const soon = hours >= 1 ? t.hours(number(hours)) : distance(notAfterMs, now)
  const said = days >= 1 ? t.days(number(days)) : soon
  return (
    <span className="badges" title={time(notAfterMs)}>
      <Badge tone={TONES[state]}>{state === 'expired' ? t.expired(said) : said}</Badge>
      {state === 'faulty' && <Badge tone="bad">{t.faulty}</Badge>}
    </span>
  )
}
