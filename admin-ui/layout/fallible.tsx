// A page that fails takes nothing with it but itself.

import { Component, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { useWords } from '../language/words.ts'
import { LAYOUT_WORDS } from './words.ts'

interface State {
  readonly error: Error | null
}

export class Fallible extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: Error): State {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error === null ? this.props.children : <Crashed error={error} />
  }
}

function Crashed({ error }: { readonly error: Error }) {
  const t = useWords(LAYOUT_WORDS)
  return (
    <div className="problem" role="alert">
      <h1>{t.crashed}</h1>
      <p>{t.crashedWhatToDo}</p>
      <pre>{error.message}</pre>
      <Button kind="primary" onClick={() => location.reload()}>
        {t.reload}
      </Button>
    </div>
  )
}
