// An answer of the API that follows a form: asked again a moment after the last change, and never shown for another question.

import { useEffect, useRef, useState } from 'react'
import { asRefusal, type Refusal } from '../../api/refusal.ts'

/** So long after the last key that somebody is likely to have stopped typing. */
const PAUSE_MS = 400

export interface LiveAnswer<Answer> {
  /** While another question waits for its answer, the latest one; null: none yet, or it was refused. */
  readonly answer: Answer | null
  readonly refusal: Refusal | null
  readonly isBusy: boolean
  /** At once, whether or not anything changed. */
  readonly askNow: () => void
}

interface State<Answer> {
  readonly answer: Answer | null
  readonly refusal: Refusal | null
  readonly isBusy: boolean
}

/** `question` null: nothing that could be asked; then there is no answer either. */
export function useLiveAnswer<Answer>(
  question: object | null,
  ask: (question: object) => Promise<Answer>,
): LiveAnswer<Answer> {
  const [state, setState] = useState<State<Answer>>({ answer: null, refusal: null, isBusy: false })
  const latest = useRef(0)
  const key = question === null ? null : JSON.stringify(question)
  const send = async (text: string): Promise<void> => {
    const turn = ++latest.current
    setState((before) => ({ ...before, isBusy: true }))
    const next = await answerOf(() => ask(JSON.parse(text) as object))
    if (turn === latest.current) setState({ ...next, isBusy: false })
  }
  const isFirst = useRef(true)
  useEffect(() => {
    const pauseMs = isFirst.current ? 0 : PAUSE_MS
    isFirst.current = false
    const timer = setTimeout(() => {
      if (key !== null) void send(key)
      else {
        latest.current++
        setState({ answer: null, refusal: null, isBusy: false })
      }
    }, pauseMs)
    return () => clearTimeout(timer)
    // The question is its text; how it is asked does not change.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key])
  return {
    ...state,
    askNow: () => {
      if (key !== null) void send(key)
    },
  }
}

async function answerOf<Answer>(
  ask: () => Promise<Answer>,
): Promise<Omit<State<Answer>, 'isBusy'>> {
  try {
    return { answer: await ask(), refusal: null }
  } catch (error) {
    return { answer: null, refusal: asRefusal(error) }
  }
}
