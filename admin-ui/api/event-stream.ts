// Server-sent events over fetch: parsed here, resumed where they broke off, and honest about when they are live.

import { currentLanguage } from '../language/current-language.ts'
import { asRefusal, Refusal } from './refusal.ts'
import type { ProblemBody } from './contract.ts'

export interface StreamEvent {
  readonly name: string
  readonly data: unknown
}

export type StreamState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Tried again every few seconds. */
  | { readonly kind: 'down'; readonly sinceMs: number; readonly refusal: Refusal }

export interface StreamListener {
  readonly onEvent: (event: StreamEvent) => void
  readonly onState: (state: StreamState) => void
}

const RETRY_MS = 2000
const MAX_RETRY_MS = 15_000
/** The server beats every 15 s. */
const SILENCE_MS = 40_000

/** Answers what ends it. `path` has a query already, or none. */
export function openStream(path: string, { onEvent, onState }: StreamListener): () => void {
  const ended = new AbortController()
  let lastId = ''
  let retryMs = RETRY_MS
  let downSinceMs: number | null = null
  const read = async (): Promise<void> => {
    const attempt = new AbortController()
    const end = (): void => attempt.abort()
    ended.signal.addEventListener('abort', end)
    try {
      const response = await fetch(withId(path, lastId), {
        signal: attempt.signal,
        cache: 'no-store',
        headers: { 'accept-language': currentLanguage() },
      })
      if (!response.ok || response.body === null) throw await refusalOf(response)
      retryMs = RETRY_MS
      downSinceMs = null
      onState({ kind: 'live' })
      await eachEvent(response.body, end, (event) => {
        if (event.id !== null) lastId = event.id
        if (event.data !== '')
          onEvent({ name: event.name, data: JSON.parse(event.data) as unknown })
      })
    } finally {
      ended.signal.removeEventListener('abort', end)
    }
  }
  const keepReading = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      // A stream that ends by itself was only old, and goes on at once.
      const error: unknown = await read().then(
        () => null,
        (reason: unknown) => reason,
      )
      if (ended.signal.aborted) return
      if (error === null) continue
      downSinceMs ??= Date.now()
      onState({ kind: 'down', sinceMs: downSinceMs, refusal: asRefusal(error) })
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      retryMs = Math.min(MAX_RETRY_MS, retryMs * 2)
    }
  }
  onState({ kind: 'connecting' })
  void keepReading()
  return () => ended.abort()
}

function withId(path: string, lastId: string): string {
  if (lastId === '') return path
  return `${path}${path.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(lastId)}`
}

async function refusalOf(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
  return new Refusal(response.status, problem)
}

interface RawEvent {
  readonly id: string | null
  readonly name: string
  readonly data: string
}

async function eachEvent(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onSilence: () => void,
  onEvent: (event: RawEvent) => void,
): Promise<void> {
  let rest = ''
  let timer = setTimeout(onSilence, SILENCE_MS)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(onSilence, SILENCE_MS)
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) onEvent(parseEvent(block))
    }
  } finally {
    clearTimeout(timer)
  }
}

/** One block of the stream. */
export function parseEvent(block: string): RawEvent {
  let id: string | null = null
  let name = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (field === 'id') id = value
    else if (field === 'event') name = value
    else if (field === 'data') data.push(value)
  }
  return { id, name, data: data.join('\n') }
}
