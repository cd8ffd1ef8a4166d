// Everything the gateway depends on, looked at now: what is well, what is not, and what to do about it.

import type { ChecksAnswer, ToldFinding } from '../../api/contract.ts'
import { refresh, useResource, type Resource } from '../../api/resource.ts'
import { Button } from '../../kit/button.tsx'
import { Check } from '../../kit/form.tsx'
import { Badge, Empty, Notice, Panel } from '../../kit/page.tsx'
import { Prose } from '../../kit/prose.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { Ago } from '../../kit/time.tsx'
import { useFormat } from '../../language/format.ts'
import { useLanguage } from '../../language/language.ts'
import { useWords } from '../../language/words.ts'
import { useQueryField } from '../../router/location.ts'
import { SameByCli } from './same-by-cli.tsx'
import { SYSTEM_WORDS } from './words.ts'

const TONES = { ok: 'ok', warning: 'warn', failed: 'bad' } as const

export function Doctor() {
  const t = useWords(SYSTEM_WORDS)
  const { number } = useFormat()
  const language = useLanguage()
  const resource: Resource<ChecksAnswer> = { path: `/api/v1/system/checks?lang=${language}` }
  const reading = useResource(resource)
  const [only, setOnly] = useQueryField('only')
  return (
    <>
      <p className="row">
        <Button
          kind="primary"
          isBusy={reading.isReading}
          onClick={() => void refresh(resource.path)}
        >
          {reading.isReading ? t.checking : t.again}
        </Button>
        <Check
          label={t.onlyTrouble}
          isOn={only === 'trouble'}
          onChange={(isOn) => setOnly(isOn ? 'trouble' : '')}
        />
      </p>
      <Loaded resource={resource} reading={reading}>
        {({ items, status, checkedAtMs }) => {
          const count = (wanted: string): string =>
            number(items.filter((item) => item.status === wanted).length)
          return (
            <>
              <Notice tone={TONES[status]} title={t.verdicts[status]}>
                {t.counts(count('ok'), count('warning'), count('failed'))} · {t.checkedAt}{' '}
                <Ago ms={checkedAtMs} />
              </Notice>
              <Groups items={only === 'trouble' ? items.filter(isTrouble) : items} />
            </>
          )
        }}
      </Loaded>
      <SameByCli command="sallyport doctor --wait 60s" />
    </>
  )
}

function isTrouble({ status }: ToldFinding): boolean {
  return status !== 'ok'
}

function Groups({ items }: { readonly items: readonly ToldFinding[] }) {
  const t = useWords(SYSTEM_WORDS)
  const groups = [...new Set(items.map(({ group }) => group))]
  if (groups.length === 0) return <Empty title={t.noTrouble} />
  return (
    <div className="checks">
      {groups.map((group) => (
        <Panel key={group} title={t.groups[group]}>
          <ul className="findings">
            {items
              .filter((item) => item.group === group)
              .map(({ id, status, detail, hint }) => (
                <li key={id}>
                  <Badge tone={TONES[status]}>{t.statuses[status]}</Badge>
                  <div>
                    <p className="breakable">
                      <Prose text={detail} />
                    </p>
                    {hint !== '' && (
                      <p className="hint">
                        → <Prose text={hint} />
                      </p>
                    )}
                  </div>
                </li>
              ))}
          </ul>
        </Panel>
      ))}
    </div>
  )
}
