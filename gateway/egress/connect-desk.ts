// Answers CONNECT: reads the target strictly, asks the rules, dials a vetted address, checks the first bytes, joins.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isSameHost, parseAuthority } from '../allow/canonical-host.ts'
import { decideEgress, decideHello } from '../decide/egress.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { DEFAULT_BREAKER } from '../../sidecar/upstream/plan.ts'
import { answerBytes, answerOf } from './answers.ts'
import { detailOf, hostOf, type Asked, type Decided } from './asked.ts'
import type { Trial } from './breakers.ts'
import type { Caller } from './callers.ts'
import type { Place } from './caps.ts'
import type { Desk } from './desk.ts'
import { dial } from './dial.ts'
import { ACCESS_DENIED, awaitHello, watchHello } from './hello-gate.ts'
import { endWith } from './last-words.ts'
import type { Located } from './locator.ts'
import { isLearning, type DecisionOutcome } from './records.ts'
import { Tunnel } from './tunnel.ts'
import type { Underway } from './underway.ts'

const NOTHING = Buffer.alloc(0)
const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n'

/** A tunnel that is being opened: what is held for it until it stands or fails. */
interface Opening {
  readonly asked: Decided
  readonly client: Duplex
  readonly head: Buffer
  readonly place: Place
  readonly trial: Trial
}

/** A tunnel whose other end is connected. */
interface Reached extends Opening {
  readonly upstream: Socket
  readonly address: string
  readonly located: Located
  readonly connectMs: number
}

export class ConnectDesk {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** `caller` null: a proxy token that is not good. */
  open(request: IncomingMessage, client: Duplex, head: Buffer, caller: Caller | null): void {
    const { clock, newId, ways } = this.#desk
    const requested = request.url ?? ''
    const id = newId()
    const address = request.socket.remoteAddress ?? ''
    const refuse = (reason: string, unreadable: boolean): void => {
      const status = this.#answer(client, id, reason, '', unreadable)
      const known = { id, caller, client: address, form: 'connect', requested } as const
      this.#desk.records.unreadable({ ...known, reason, status })
    }
    if (caller === null) return refuse('proxy_token_invalid', false)
    if (this.#desk.draining()) return refuse('shutting_down', false)
    const fault = faultOf(request)
    if (fault !== null) return refuse(fault, true)
    const target = parseAuthority(requested)
    const asked: Asked = {
      id,
      receivedAtMs: clock.monotonicMs(),
      caller,
      client: address,
      form: 'connect',
      requested,
      host: target.kind === 'refused' ? target : target.host,
      port: target.kind === 'refused' ? 0 : target.port,
      method: null,
      path: null,
    }
    const facts = { ...asked, caller: caller.name }
    const decision = decideEgress(facts, ways().plan, clock.wallMs())
    const decided: Decided = { ...asked, decision }
    if (decision.verdict === 'deny') this.#refuse(decided, client, 'deny', decision.reason)
    else this.#begin(decided, client, head)
  }

  #begin(asked: Decided, client: Duplex, head: Buffer): void {
    const { caps, breakers, ways } = this.#desk
    const destination = `${hostOf(asked)}:${asked.port}`
    const place = caps.take(asked.caller.name, destination, ways().plan.caps)
    if (typeof place === 'string') {
      this.#refuse(asked, client, 'fault', place)
      return
    }
    const trial = breakers.enter(`tunnel ${destination}`, DEFAULT_BREAKER)
    if (trial === null) {
      place.release()
      this.#refuse(asked, client, 'fault', 'destination_unavailable')
      return
    }
    this.#locate({ asked, client, head, place, trial }).catch((error: unknown) => {
      this.#desk.log.error('fault while a tunnel was opened', { error: errorMessage(error) })
      place.release()
      client.destroy()
    })
  }

  async #locate(opening: Opening): Promise<void> {
    const { asked, client, trial } = opening
    const { locator } = this.#desk.ways()
    if (asked.host.kind === 'refused') return
    const located = await locator.locate(asked.host, asked.port)
    if (client.destroyed) {
      trial.givenUp()
      this.#abandon(opening, { verdict: 'allow', reason: 'client_gone', status: 0, located })
    } else if (located.kind === 'vetted') this.#dial(opening, located)
    else {
      trial.givenUp()
      const forbidden = located.kind === 'forbidden'
      const reason = forbidden ? 'address_forbidden' : located.reason
      opening.place.release()
      this.#refuse(asked, client, forbidden ? 'deny' : 'fault', reason, { located })
    }
  }

  #dial(opening: Opening, located: Extract<Located, { kind: 'vetted' }>): void {
    const { asked, client, trial, place } = opening
    const { clock, ways } = this.#desk
    const { connectMs, dialMs } = ways().plan.timeouts
    const startedMs = clock.monotonicMs()
    const times = { connectMs, totalMs: Math.max(1, dialMs - located.dnsMs) }
    const onGone = (): void => {
      stop()
      trial.givenUp()
      this.#abandon(opening, { verdict: 'allow', reason: 'client_gone', status: 0, located })
    }
    client.once('close', onGone)
    const stop = dial(located.addresses, asked.port, times, clock, (dialled) => {
      client.off('close', onGone)
      const tookMs = clock.monotonicMs() - startedMs
      if (dialled.kind === 'failed') {
        trial.failed()
        place.release()
        this.#refuse(asked, client, 'fault', dialled.reason, { located, connectMs: tookMs })
        return
      }
      trial.succeeded()
      const { socket, address } = dialled
      this.#established({ ...opening, upstream: socket, address, located, connectMs: tookMs })
    })
  }

  #established(reached: Reached): void {
    const { asked, client, head } = reached
    client.write(ESTABLISHED)
    if (!asked.decision.checkHello || asked.host.kind === 'refused') {
      this.#join(reached, head, { verdict: 'allow', reason: asked.decision.reason, status: 200 })
      return
    }
    const { clock, ways } = this.#desk
    const { host } = asked
    awaitHello(client, head, clock, ways().plan.timeouts.helloMs, (outcome) => {
      if (outcome.kind === 'gone') {
        reached.upstream.destroy()
        this.#abandon(reached, { verdict: 'allow', reason: 'client_gone', status: 200, ...reached })
        return
      }
      const { hello, bytes } = outcome
      const decision = decideHello(hello, host, asked.decision)
      const serverName = hello.kind === 'hello' ? hello.serverName : null
      const { reason, verdict } = decision
      const judged = { verdict, reason, status: 200, serverName, decision }
      if (verdict === 'allow') this.#join(reached, bytes, judged)
      else {
        reached.upstream.destroy()
        reached.place.release()
        endWith(client, hello.kind === 'not_tls' ? NOTHING : ACCESS_DENIED, clock)
        this.#record(reached, judged)
      }
    })
  }

  #join(reached: Reached, bytes: Buffer, outcome: DecisionOutcome): void {
    const { asked, client, upstream, address, place } = reached
    const { underway, records } = this.#desk
    this.#record(reached, outcome)
    const decided = { ...asked, decision: outcome.decision ?? asked.decision }
    const fromClient = bytes.length > 0 ? [bytes] : []
    const learned = isLearning(decided.decision) ? this.#learn(decided, client, bytes) : null
    const tunnel = new Tunnel({ client, upstream, fromClient }, (reason) => {
      underway.delete(entry)
      learned?.()
      place.release()
      const { bytesFromClient: bytesIn, bytesToClient: bytesOut } = tunnel
      records.closed(decided, { reason, address, bytesIn, bytesOut })
    })
    const entry: Underway = {
      asked: decided,
      client,
      address: () => address,
      moved: () => tunnel.bytesFromClient + tunnel.bytesToClient,
      stop: (reason) => tunnel.close(reason),
    }
    underway.add(entry)
  }

  /** Looks at what passes by until it is known what protocol it is; returns what ends the waiting. */
  #learn(asked: Decided, client: Duplex, bytes: Buffer): () => void {
    const { records } = this.#desk
    const { host, decision } = asked
    return watchHello(client, bytes, (hello) => {
      const isTls =
        hello !== null && host.kind !== 'refused' && decideHello(hello, host, decision) === decision
      records.learn(asked, isTls ? 'tls' : 'tcp')
    })
  }

  #record(reached: Reached, outcome: DecisionOutcome): void {
    const { asked, located, address, connectMs } = reached
    this.#desk.records.decided(asked, { ...outcome, located, address, connectMs })
  }

  /** The caller left before there was a tunnel. */
  #abandon(opening: Opening, outcome: DecisionOutcome): void {
    opening.place.release()
    opening.client.destroy()
    this.#desk.records.decided(opening.asked, outcome)
  }

  #refuse(
    asked: Decided,
    client: Duplex,
    verdict: 'deny' | 'fault',
    reason: string,
    found: Pick<DecisionOutcome, 'located' | 'connectMs'> = {},
  ): void {
    const status = this.#answer(client, asked.id, reason, detailOf(asked, reason), false)
    this.#desk.records.decided(asked, { verdict, reason, status, ...found })
  }

  #answer(
    client: Duplex,
    requestId: string,
    reason: string,
    detail: string,
    unreadable: boolean,
  ): number {
    const answer = answerOf({ reason, unreadable, detail, requestId })
    endWith(client, answerBytes(answer), this.#desk.clock)
    return answer.status
  }
}

/** Why a CONNECT is not one that we read the way everybody else does (RFC 9110 section 9.3.6), or null. */
function faultOf(request: IncomingMessage): string | null {
  const { rawHeaders } = request
  const hosts: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (name === 'host') hosts.push(rawHeaders[i + 1]!)
    // What came behind the head would be taken for the tunnel's first bytes.
    if (name === 'content-length' || name === 'transfer-encoding') return 'connect_with_body'
  }
  if (hosts.length > 1) return 'host_repeated'
  const target = parseAuthority(request.url ?? '')
  if (hosts[0] !== undefined && target.kind === 'authority') {
    const host = parseAuthority(hosts[0], target.port)
    const agrees =
      host.kind === 'authority' && host.port === target.port && isSameHost(host.host, target.host)
    if (!agrees) return 'host_mismatch'
  }
  return null
}
