// The whole file in the editor, with everything the gateway finds wrong with it at its place.

import { useEffect, useState } from 'react'
import type { Served } from '../../api/contract.ts'
import { CONFIG } from '../../api/resources.ts'
import { useResource } from '../../api/resource.ts'
import { useDraft } from '../../draft/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Notice, Page, Panel } from '../../kit/page.tsx'
import { Faults, Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { problemsOf, useTrial, YamlEditor } from '../../kit/yaml-editor.tsx'
import { useWords } from '../../language/words.ts'
import { useQueryField } from '../../router/location.ts'
import { useMay } from '../../session/session.ts'
import { CONFIG_WORDS } from './words.ts'

export function Config() {
  const t = useWords(CONFIG_WORDS)
  const reading = useResource(CONFIG)
  const { draft } = useDraft()
  const text = draft?.text ?? reading.data?.text ?? ''
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={<Button onClick={() => saveFile('sallyport.yaml', text)}>{t.download}</Button>}
    >
      <Loaded resource={CONFIG} reading={reading}>
        {(served) => <Editor served={served} />}
      </Loaded>
    </Page>
  )
}

interface Place {
  readonly line: number
  readonly column: number
}

function Editor({ served }: { readonly served: Served }) {
  const t = useWords(CONFIG_WORDS)
  const mayChange = useMay('operator')
  const desk = useDraft()
  const text = desk.textOver(served)
  const trial = useTrial(text)
  const [goTo, setGoTo] = useState<Place | null>(null)
  const [line] = useQueryField('line')
  const [column] = useQueryField('column')
  useEffect(() => {
    if (line !== '') setGoTo({ line: Number(line), column: Number(column) || 1 })
  }, [line, column])
  const problems = problemsOf(trial)
  const go = ({ line: at = 1, column: inLine = 1 }: { line?: number; column?: number }): void =>
    setGoTo({ line: at, column: inLine })
  return (
    <>
      <Panel title={t.revision(String(served.revision ?? '–'))}>
        <YamlEditor
          label={t.editor}
          text={text}
          onChange={(next) => desk.save(served, next)}
          trial={trial}
          isReadOnly={!mayChange}
          goTo={goTo}
        />
      </Panel>
      {trial.kind === 'asking' && <p className="muted">{t.checking}</p>}
      {trial.kind === 'valid' && problems.length === 0 && <Notice tone="ok" title={t.valid} />}
      {trial.kind === 'valid' && problems.length > 0 && (
        <Panel title={t.problems(problems.length)}>
          <Faults problems={problems} onGoTo={go} />
        </Panel>
      )}
      {trial.kind === 'refused' && <Problem refusal={trial.refusal} onGoTo={go} />}
    </>
  )
}
