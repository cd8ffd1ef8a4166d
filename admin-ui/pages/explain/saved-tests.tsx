// The saved cases, run against the configuration they stand in by the gateway itself.

import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { FieldProblem, Served } from '../../api/contract.ts'
import { asRefusal, type Refusal } from '../../api/refusal.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { NotEditable, removeItem, removeKey } from '../../config-text/edit.ts'
import { parseConfig } from '../../config-text/parse.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { DataTable, type Column } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Badge, Notice } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { tell } from '../../kit/toasts.tsx'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useMay } from '../../session/session.ts'
import { savedTests, type SavedTest } from './policy-test.ts'
import { faultsByTest, type RunResult } from './test-run.ts'
import { CASE_WORDS } from './test-case-words.ts'

const EXAMPLE = `tests:
  - name: strangers stay out
    request: { url: "https://api.example.com/orders" }
    expect: { status: 401 }`

export function SavedTests() {
  const reading = useResource(CONFIG)
  return (
    <Loaded resource={CONFIG} reading={reading}>
      {(served) => <Tests served={served} />}
    </Loaded>
  )
}

function Tests({ served }: { readonly served: Served }) {
  const t = useWords(CASE_WORDS)
  const { number } = useFormat()
  const mayChange = useMay('operator')
  const desk = useDraft()
  const [result, setResult] = useState<{ text: string; run: RunResult } | null>(null)
  const action = useAction()
  const text = desk.textOver(served)
  const tests = savedTests(parseConfig(text))
  // Of another text it says nothing.
  const run = result?.text === text ? result.run : null
  const runAll = (): void =>
    void action.run(async () => setResult({ text, run: await runTests(text) }))
  const remove = ({ index, name }: SavedTest): void => {
    const next = withoutTest(text, index, tests.length)
    if (next === null) return
    desk.save(served, next)
    tell(t.removed(name), { label: t.undo, run: () => desk.save(served, text) })
  }
  if (tests.length === 0) {
    return (
      <FirstStep
        title={t.none}
        hint={t.noneHint}
        example={EXAMPLE}
        command="check sallyport.yaml"
        operation="tryConfig"
        action={
          <Link className="button primary" to="/explain">
            {t.toExplain}
          </Link>
        }
      />
    )
  }
  const failed = run === null || run.kind === 'invalid' ? 0 : run.faults.size
  return (
    <>
      <p className="muted">{t.testsLead}</p>
      {desk.draft !== null && <Notice tone="info" title={t.ofDraft} />}
      <p className="row">
        <Button kind="primary" isBusy={action.isBusy} onClick={runAll}>
          {t.run}
        </Button>
        <span role="status">
          {run?.kind === 'run' && (
            <Badge tone={failed === 0 ? 'ok' : 'bad'}>
              {t.summary(number(tests.length - failed), number(tests.length))}
            </Badge>
          )}
        </span>
      </p>
      {action.refusal && <Problem refusal={action.refusal} />}
      {run?.kind === 'invalid' && (
        <>
          <Notice tone="warn" title={t.invalid} />
          <Problem refusal={run.refusal} />
        </>
      )}
      <DataTable
        caption={t.title}
        rows={tests}
        keyOf={({ index }) => String(index)}
        empty={null}
        columns={columnsOf(t, run, mayChange ? remove : null)}
      />
    </>
  )
}

function columnsOf(
  t: (typeof CASE_WORDS)['en'],
  run: RunResult | null,
  onRemove: ((test: SavedTest) => void) | null,
): readonly Column<SavedTest>[] {
  const columns: Column<SavedTest>[] = [
    { id: 'name', title: t.test, value: ({ name }) => name, cell: ({ name }) => name },
    {
      id: 'asks',
      title: t.asks,
      value: ({ asks }) => asks,
      cell: ({ asks }) => <code>{asks}</code>,
    },
    {
      id: 'expects',
      title: t.expects,
      value: ({ expects }) => expects,
      cell: ({ expects }) => <code>{expects}</code>,
    },
    {
      id: 'result',
      title: t.result,
      cell: ({ index }) => {
        if (run === null || run.kind === 'invalid') return <span className="muted">{t.notRun}</span>
        const faults = run.faults.get(index)
        if (faults === undefined) return <Badge tone="ok">{t.passed}</Badge>
        return (
          <>
            <Badge tone="bad">{t.failed}</Badge>
            {faults.map((fault) => (
              <p key={fault} className="hint breakable">
                {fault}
              </p>
            ))}
          </>
        )
      },
    },
  ]
  if (onRemove === null) return columns
  return [
    ...columns,
    {
      id: 'remove',
      title: t.remove,
      cell: (test) => (
        <Button
          kind="quiet"
          className="small"
          aria-label={t.removeOf(test.name)}
          onClick={() => onRemove(test)}
        >
          {t.remove}
        </Button>
      ),
    },
  ]
}

/** The trial of a text runs its tests. */
async function runTests(text: string): Promise<RunResult> {
  try {
    const { warnings } = await call<{ warnings: readonly FieldProblem[] }>(
      'POST',
      '/api/v1/config:try',
      { body: { text } },
    )
    return { kind: 'run', faults: faultsByTest(warnings) }
  } catch (error) {
    return ofRefusal(asRefusal(error))
  }
}

/** Throws what is no word about the text. */
function ofRefusal(refusal: Refusal): RunResult {
  if (refusal.code !== 'config_invalid') throw refusal
  const errors = refusal.errors.filter(({ severity }) => severity !== 'warning')
  const isOnlyTests = errors.every(({ pointer }) => pointer.startsWith('/tests/'))
  if (!isOnlyTests) return { kind: 'invalid', refusal }
  return { kind: 'run', faults: faultsByTest(errors) }
}

/** null: only a person can. */
function withoutTest(text: string, index: number, count: number): string | null {
  try {
    return count === 1 ? removeKey(text, ['tests']) : removeItem(text, ['tests', index])
  } catch (error) {
    if (error instanceof NotEditable) return null
    throw error
  }
}
