// The YAML editor. It lives in a shadow root, whose styles are constructed sheets: the page's policy allows no others.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  defaultHighlightStyle,
  foldGutter,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import {
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import type { FieldProblem } from '../api/contract.ts'

export interface CodeEditorProps {
  readonly label: string
  readonly text: string
  readonly onChange: (text: string) => void
  readonly problems: readonly FieldProblem[]
  readonly isReadOnly?: boolean
  /** Goes there once it is another object: 1-based. */
  readonly goTo?: { readonly line: number; readonly column: number } | null
}

/** Custom properties reach into a shadow root, so the theme is the page's own. */
const THEME = EditorView.theme({
  '&': {
    fontSize: '13.5px',
    color: 'var(--text)',
    backgroundColor: 'var(--surface)',
    maxHeight: '68vh',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {
      background: 'var(--accent-soft)',
    },
  '.cm-content ::selection': { background: 'var(--accent-soft)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
  },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '520px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  // The library's own marks are data: images, which the page's policy forbids.
  '.cm-lint-marker-error, .cm-lint-marker-warning': {
    content: 'none',
    borderRadius: '50%',
    height: '0.7em',
    width: '0.7em',
    margin: '0.4em 0 0',
  },
  '.cm-lint-marker-error': { backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warn)', borderRadius: '0', rotate: '45deg' },
  '.cm-lintRange-error, .cm-lintRange-warning': { backgroundImage: 'none', paddingBottom: '0' },
  '.cm-lintRange-error': { textDecoration: 'underline wavy var(--bad)' },
  '.cm-lintRange-warning': { textDecoration: 'underline wavy var(--warn)' },
  '.cm-lintPoint-error, .cm-lintPoint-warning': { backgroundImage: 'none' },
  '.cm-foldPlaceholder': { background: 'var(--sunken)', color: 'var(--muted)', border: 'none' },
})

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--info)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: 'var(--accent)' },
])

export function CodeEditor({
  label,
  text,
  onChange,
  problems,
  isReadOnly = false,
  goTo = null,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  useEffect(() => {
    const element = host.current!
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      root,
      parent: root,
      state: stateOf(text, label, isReadOnly, latest),
    })
    view.current = editor
    return () => {
      view.current = null
      editor.destroy()
    }
    // A text that comes from elsewhere is put in below, without losing the cursor.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [label, isReadOnly])
  useEffect(() => {
    const editor = view.current
    if (editor === null || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])
  useEffect(() => {
    const editor = view.current
    if (editor !== null)
      editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor.state, problems)))
  }, [problems, text])
  useEffect(() => {
    const editor = view.current
    if (editor === null || goTo === null) return
    const at = placeOf(editor.state, goTo.line, goTo.column)
    editor.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: 'center' }),
    })
    editor.focus()
  }, [goTo])
  return <div ref={host} className="editor-host" data-editor />
}

function stateOf(
  text: string,
  label: string,
  isReadOnly: boolean,
  latest: { readonly current: (text: string) => void },
): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      foldGutter(),
      highlightSpecialChars(),
      highlightActiveLine(),
      history(),
      yaml(),
      indentUnit.of('  '),
      syntaxHighlighting(COLOURS),
      syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
      lintGutter(),
      // Tab moves on as everywhere, so that the keyboard is never caught (WCAG 2.1.2); Ctrl-] indents.
      keymap.of([...defaultKeymap, ...historyKeymap, { ...indentWithTab, key: 'Ctrl-]' }]),
      EditorState.readOnly.of(isReadOnly),
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) latest.current(state.doc.toString())
      }),
      THEME,
    ],
  })
}

function diagnosticsOf(state: EditorState, problems: readonly FieldProblem[]): Diagnostic[] {
  return problems.flatMap(({ line, column = 1, detail, hint, severity }) => {
    if (line === undefined || line > state.doc.lines) return []
    const from = placeOf(state, line, column)
    const end = state.doc.lineAt(from).to
    const message = hint === '' ? detail : `${detail}\n→ ${hint}`
    return [{ from, to: Math.max(from, end), severity: severity ?? 'error', message }]
  })
}

function placeOf({ doc }: EditorState, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines))
  return Math.min(found.from + Math.max(0, column - 1), found.to)
}
