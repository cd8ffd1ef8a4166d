// A call that nobody has made: out through egress, or from one service of the mesh to another.

import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Form, TextField } from '../../kit/form.tsx'
import { Panel } from '../../kit/page.tsx'
import { plainHost, plainText } from '../../language/typed-text.ts'
import { useWords } from '../../language/words.ts'
import type { Question } from './policy-test.ts'
import { EXPLAIN_WORDS } from './words.ts'

export interface CallFormProps {
  readonly kind: 'egress' | 'mesh'
  readonly isBusy: boolean
  readonly onAsk: (question: Question) => void
}

export function CallForm({ kind, isBusy, onAsk }: CallFormProps) {
  const t = useWords(EXPLAIN_WORDS)
  const [from, setFrom] = useState(kind === 'egress' ? 'anonymous' : '')
  const [to, setTo] = useState('')
  const [method, setMethod] = useState('GET')
  const [path, setPath] = useState('/')
  const ask = (): void => {
    if (kind === 'egress') onAsk({ egress: { from: plainText(from), to: plainHost(to) } })
    else {
      const verb = plainText(method).toUpperCase()
      onAsk({
        mesh: { from: plainText(from), to: plainText(to), method: verb, path: plainText(path) },
      })
    }
  }
  return (
    <Panel>
      <Form onSubmit={ask}>
        <div className="form-columns">
          <TextField label={t.from} className="code" value={from} onChange={setFrom} />
          <TextField
            label={kind === 'egress' ? t.toHost : t.to}
            className="code"
            value={to}
            onChange={setTo}
          />
          {kind === 'mesh' && (
            <>
              <TextField label={t.method} className="code" value={method} onChange={setMethod} />
              <TextField label={t.path} className="code" value={path} onChange={setPath} />
            </>
          )}
        </div>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {t.explain}
        </Button>
      </Form>
    </Panel>
  )
}
