// The keys of an identity provider, each with its verdict in words.

import type { InspectedKey } from '../../api/contract.ts'
import { DataTable } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Time } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { wordFor } from '../../language/word-for.ts'
import { useWords } from '../../language/words.ts'
import { ISSUER_WORDS } from './issuer-words.ts'

export function KeyTable({ keys }: { readonly keys: readonly InspectedKey[] }) {
  const t = useWords(ISSUER_WORDS)
  const { number } = useFormat()
  return (
    <DataTable
      caption={t.keysAt}
      isFixed
      rows={keys.map((key, index) => ({ ...key, index }))}
      keyOf={({ index }) => String(index)}
      empty={
        <FirstStep
          title={t.noKeys}
          command="issuers discover https://idp.example.com/"
          operation="discoverIssuer"
        />
      }
      columns={[
        { id: 'kid', title: t.key, cell: ({ kid }) => <code>{kid ?? '–'}</code> },
        {
          id: 'type',
          title: t.type,
          cell: ({ type, curve, bits }) => (
            <>
              {type ?? '–'} {curve ?? (bits === null ? '' : t.bits(number(bits)))}
            </>
          ),
        },
        {
          id: 'algorithms',
          title: t.algorithms,
          cell: ({ algorithms, alg }) => <code>{algorithms.join(' ') || (alg ?? '–')}</code>,
        },
        { id: 'use', title: t.use, isMinor: true, cell: ({ use }) => use ?? '–' },
        {
          id: 'expires',
          title: t.expires,
          isMinor: true,
          cell: ({ expiresAtMs }) =>
            expiresAtMs === null ? (
              <span className="muted">{t.never}</span>
            ) : (
              <Time ms={expiresAtMs} />
            ),
        },
        {
          id: 'verdict',
          title: t.verdict,
          cell: ({ refused }) =>
            refused === null ? (
              <Badge tone="ok">{t.ok}</Badge>
            ) : (
              <>
                <Badge tone="bad">{refused}</Badge>
                <p className="hint">
                  <Prose text={wordFor(t.refusals, refused)} />
                </p>
              </>
            ),
        },
      ]}
    />
  )
}
