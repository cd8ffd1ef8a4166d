// What of the audit is wanted: a form whose values go into the address of the page.

import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Form, SelectField, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { navigate } from '../../router/location.ts'
import { addressOf, FIELDS, type Fields } from './query.ts'
import { AUDIT_WORDS } from './words.ts'

/** Of the first of two lines; the others are there where one of them is set. */
const MORE: readonly (keyof Fields)[] = ['target', 'origin', 'requestId']

export function Filter({ shown }: { readonly shown: Fields }) {
  const t = useWords(AUDIT_WORDS)
  const [fields, setFields] = useState(shown)
  const set =
    (name: keyof Fields) =>
    (value: string): void =>
      setFields({ ...fields, [name]: value })
  const field = (name: keyof Fields) => ({ value: fields[name], onChange: set(name) })
  const show = (): void => {
    const plain = FIELDS.map((name) => [name, plainText(fields[name])])
    navigate(addressOf(Object.fromEntries(plain) as Fields, ''))
  }
  return (
    <Panel>
      <Form onSubmit={show}>
        <div className="form-columns">
          <TextField label={t.filterActor} {...field('actor')} data-filter />
          <TextField label={t.filterAction} {...field('action')} />
          <SelectField
            label={t.result}
            {...field('result')}
            options={[
              ['', t.any],
              ['ok', t.ok],
              ['refused', t.refusedOnly],
            ]}
          />
          <TextField label={t.since} type="date" {...field('since')} />
          <TextField label={t.until} type="date" {...field('until')} />
        </div>
        <details className="more" open={MORE.some((name) => shown[name] !== '')}>
          <summary>{t.more}</summary>
          <div className="form-columns">
            <TextField label={t.filterTarget} {...field('target')} />
            <SelectField
              label={t.origin}
              {...field('origin')}
              options={[['', t.anyOrigin], ...Object.entries(t.origins)]}
            />
            <TextField label={t.requestId} {...field('requestId')} />
          </div>
        </details>
        <div className="row">
          <Button type="submit" kind="primary">
            {t.apply}
          </Button>
          {FIELDS.some((name) => shown[name] !== '') && <Link to="/audit">{t.clear}</Link>}
        </div>
      </Form>
    </Panel>
  )
}
