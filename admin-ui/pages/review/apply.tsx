// Putting a draft to work: with a reason for the history, and on request only for as long as nobody confirms it.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Served } from '../../api/contract.ts'
import { invalidate } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { applyCommand, applyCurl, type ApplyOptions } from '../../draft/apply-commands.ts'
import { useDraft, type Draft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { Check, Form, SelectField, TextField } from '../../kit/form.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useWords } from '../../language/words.ts'
import { navigate } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { NodeList } from './node-list.tsx'
import { REVIEW_WORDS } from './words.ts'

/** What takes a change back where requests fail, unless somebody says otherwise by the API. */
const GUARD = { points: 5, windowMs: 15_000 }
const WAITS = ['30s', '60s', '5m', '15m'] as const

/** What is served now, and by whom. */
export interface Applied {
  readonly revision: number | null
  readonly nodes: readonly { readonly name: string }[]
  readonly isGuarded: boolean
}

export interface ApplyProps {
  readonly draft: Draft
  readonly isValid: boolean
  readonly onApplied: (applied: Applied) => void
}

export function Apply({ draft, isValid, onApplied }: ApplyProps) {
  const t = useWords(REVIEW_WORDS)
  const mayApply = useMay('operator')
  const desk = useDraft()
  const [message, setMessage] = useState('')
  const [confirmWithin, setConfirmWithin] = useState('')
  const [guardWish, setGuardWish] = useState<boolean | null>(null)
  // Who wants a way back wants this one too, unless they say no.
  const isGuarded = guardWish ?? confirmWithin !== ''
  const action = useAction()
  const options = { message, confirmWithin, guard: isGuarded ? GUARD : null }
  const apply = (): void => {
    if (!isValid || !mayApply) return
    void action.run(async () => {
      const { revision, nodes } = await put(draft, options)
      desk.discard()
      onApplied({ revision, nodes, isGuarded })
      invalidate('/api/v1/')
    })
  }
  const discard = (): void => {
    const { text } = draft
    desk.discard()
    const served = { ...draft.base, revertsAtMs: null, guard: null }
    tell(t.discarded, { label: t.undo, run: () => desk.save(served, text) })
  }
  const because = !mayApply ? t.readOnly : isValid ? null : t.notReady
  return (
    <Panel>
      <Form onSubmit={apply}>
        <div className="form-columns">
          <TextField
            label={t.message}
            hint={t.messageHint}
            value={message}
            onChange={setMessage}
            maxLength={1000}
          />
          <SelectField
            label={t.confirmWithin}
            hint={t.confirmHint}
            value={confirmWithin}
            options={[['', t.never], ...WAITS.map((wait) => [wait, t.within(wait)] as const)]}
            onChange={setConfirmWithin}
          />
        </div>
        <div>
          <Check
            label={t.guard(GUARD.points, GUARD.windowMs / 1000)}
            isOn={isGuarded}
            onChange={setGuardWish}
          />
          <p className="hint">{t.guardHint}</p>
        </div>
        <Progress action={action} draft={draft} />
        <div className="row">
          <Button type="submit" kind="primary" isBusy={action.isBusy} disabledBecause={because}>
            {t.apply}
          </Button>
          <Button kind="quiet" onClick={discard}>
            {t.discard}
          </Button>
          {because !== null && <span className="hint">{because}</span>}
        </div>
        <Equivalents options={options} />
      </Form>
    </Panel>
  )
}

async function put(
  { text, base }: Draft,
  { message, confirmWithin, guard }: ApplyOptions,
): Promise<Pick<Applied, 'revision' | 'nodes'>> {
  const body = {
    text,
    message,
    ...(confirmWithin !== '' && { confirmWithin }),
    ...(guard !== null && { guard }),
  }
  return call<Served & Pick<Applied, 'nodes'>>('PUT', '/api/v1/config', {
    body,
    ifMatch: base.checksum,
  })
}

interface ProgressProps {
  readonly action: ReturnType<typeof useAction>
  readonly draft: Draft
}

/** While it is put to work, and where it was refused: each node for itself. */
function Progress({ action: { isBusy, refusal }, draft }: ProgressProps) {
  const t = useWords(REVIEW_WORDS)
  if (isBusy) {
    return (
      <>
        <Notice tone="info" title={t.applying} />
        <NodeList rollout={{ kind: 'applying', before: draft.base.revision }} />
      </>
    )
  }
  if (refusal === null) return null
  return (
    <>
      <Problem
        refusal={refusal}
        onGoTo={({ line = 1, column = 1 }) => navigate(`/config?line=${line}&column=${column}`)}
      />
      {refusal.code === 'rejected' && (
        <NodeList rollout={{ kind: 'refused', errors: refusal.errors }} />
      )}
    </>
  )
}

function Equivalents({ options }: { readonly options: ApplyOptions }) {
  const t = useWords(REVIEW_WORDS)
  return (
    <details className="more">
      <summary>{t.equivalents}</summary>
      <div className="stack">
        <Copyable text={applyCommand(options)} />
        <Copyable text={applyCurl(location.origin, options)} />
      </div>
    </details>
  )
}
