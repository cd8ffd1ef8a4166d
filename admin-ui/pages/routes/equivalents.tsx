// One route without the console: its YAML, and how the API and the command line put a file to work.

import { stringify } from 'yaml'
import type { RouteView } from '../../config-text/parse.ts'
import { applyCommand, applyCurl } from '../../draft/apply-commands.ts'
import { Copyable } from '../../kit/copy-button.tsx'
import { Panel } from '../../kit/page.tsx'
import { useWords } from '../../language/words.ts'
import { ROUTE_WORDS } from './words.ts'

export function Equivalents({ text, route }: { readonly text: string; readonly route: RouteView }) {
  const t = useWords(ROUTE_WORDS)
  const options = { message: route.name, confirmWithin: '60s', guard: null }
  return (
    <Panel>
      <details className="more">
        <summary>{t.equivalents}</summary>
        <div className="stack">
          <Copyable text={entryText(text, route)} />
          <Copyable text={applyCurl(location.origin, options)} />
          <Copyable text={applyCommand(options)} />
        </div>
      </details>
    </Panel>
  )
}

/** As it stands in the file where that is one block, else written anew. */
function entryText(text: string, { line, value }: RouteView): string {
  const lines = text.split('\n').slice(line - 1)
  const [first = ''] = lines
  const indent = first.indexOf('-')
  if (indent === -1) return stringify([value])
  const end = lines.findIndex(
    (one, index) => index > 0 && one.trim() !== '' && one.search(/\S/) <= indent,
  )
  return lines
    .slice(0, end === -1 ? undefined : end)
    .map((one) => one.slice(indent))
    .join('\n')
    .trimEnd()
}
