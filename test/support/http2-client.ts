// An HTTP/2 client that sends frames as the test writes them and keeps every frame it is sent.

import { connectRaw, type RawClient } from './raw-client.ts'
import {
  FLAG,
  FRAME,
  PREFACE,
  readFrames,
  SETTING,
  settings,
  settingsAck,
  statusOf,
  type Frame,
} from './http2-frames.ts'

/** What became of a stream, as far as it is known. */
export type StreamOutcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'reset'; readonly code: number }
  | { readonly kind: 'answered'; readonly status: number; readonly body: Buffer }
  /** The connection ended; `code` of its GOAWAY, or null where there was none. */
  | { readonly kind: 'connection-ended'; readonly code: number | null }

export class Http2Client {
  readonly raw: RawClient

  constructor(raw: RawClient) {
    this.raw = raw
  }

  get frames(): readonly Frame[] {
    return readFrames(this.raw.received)
  }

  get over(): boolean {
    return this.raw.ended || this.raw.closed
  }

  /** Error code of a GOAWAY, or null. */
  get goAwayCode(): number | null {
    const frame = this.frames.findLast(({ type }) => type === FRAME.goAway)
    return frame === undefined ? null : frame.payload.readUInt32BE(4)
  }

  send(...frames: readonly Buffer[]): void {
    this.raw.send(Buffer.concat(frames))
  }

  outcome(stream: number): StreamOutcome {
    const frames = this.frames.filter((frame) => frame.stream === stream)
    const head = frames.find(
      ({ type, payload }) => type === FRAME.headers && statusOf(payload) >= 200,
    )
    const ended = frames.some(
      ({ type, flags }) =>
        (type === FRAME.headers || type === FRAME.data) && (flags & FLAG.endStream) !== 0,
    )
    if (head !== undefined && ended) {
      const parts = frames.filter(({ type }) => type === FRAME.data).map(({ payload }) => payload)
      return { kind: 'answered', status: statusOf(head.payload), body: Buffer.concat(parts) }
    }
    const reset = frames.find(({ type }) => type === FRAME.resetStream)
    if (reset !== undefined) return { kind: 'reset', code: reset.payload.readUInt32BE(0) }
    if (this.over || this.goAwayCode) return { kind: 'connection-ended', code: this.goAwayCode }
    return { kind: 'open' }
  }

  async outcomeOf(stream: number): Promise<StreamOutcome> {
    await this.raw.waitFor(`end of stream ${stream}`, () => this.outcome(stream).kind !== 'open')
    return this.outcome(stream)
  }

  destroy(): void {
    this.raw.destroy()
  }
}

/** Connects by TLS and ALPN and exchanges settings; `more` are ours beside a header table of size 0. */
export async function connectHttp2(
  port: number,
  caPem: string,
  more: readonly (readonly [number, number])[] = [],
): Promise<Http2Client> {
  const raw = await connectRaw(port, { caPem, alpn: ['h2'] })
  const client = new Http2Client(raw)
  // Without a dynamic table the client can read a status by itself.
  client.send(PREFACE, settings([[SETTING.headerTableSize, 0], ...more]))
  await raw.waitFor('settings', () => client.frames.some(isSettings))
  client.send(settingsAck())
  return client
}

function isSettings({ type, flags }: Frame): boolean {
  return type === FRAME.settings && (flags & FLAG.ack) === 0
}
