// How checks ask the real world: sockets, files, the store and issuers, each with an end.

import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { discoverKeysUrl } from '../../auth/discovery.ts'
import { createFetchJson } from '../../auth/fetch-json.ts'
import { disk } from '../../config/disk.ts'
import { closeRedis, connectRedis } from '../../limit/redis-client.ts'
import type { RedisPlan } from '../../limit/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { listen } from '../../../sidecar/runtime/listen.ts'
import type { Probes, StoreAnswer } from './check-context.ts'

const CONNECT_MS = 2000
const STORE_MS = 3000
const FETCH_MS = 5000
const PINGS = 5
const MAX_FILE_BYTES = 32 * 1024 * 1024

/** `random`: [0, 1). */
export function realProbes(clock: Clock, random: () => number): Probes {
  return {
    nodeVersion: process.versions.node,
    openFiles,
    tryToBind,
    tryToConnect: (host, port) => tryToConnect(host, port, clock),
    modeOf,
    readText: (path) => disk.readFile(path, MAX_FILE_BYTES),
    space(folder) {
      const { bavail, blocks, bsize } = statfsSync(folder)
      return { free: bavail * bsize, total: blocks * bsize }
    },
    canWrite,
    askStore: (store) => askStore(store, clock, random),
    async fetchKeys({ issuer, jwks, caPem }) {
      const fetchJson = createFetchJson(clock)
      const options = { caPem, signal: AbortSignal.timeout(FETCH_MS) }
      const url = jwks.kind === 'url' ? jwks.url : await discoverKeysUrl(issuer, fetchJson, options)
      return fetchJson(url, options)
    },
    // RFC 2606 section 2 keeps the name for nobody.
    strangeHost: () => `sallyport-check-${randomBytes(8).toString('hex')}.invalid`,
  }
}

/** The soft limit, where the system tells it. */
function openFiles(): number | null {
  try {
    const [, limit] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return null
  }
}

async function tryToBind(host: string, port: number): Promise<string | null> {
  const probe = createServer()
  try {
    await listen(probe, port, host)
  } catch (error) {
    return errorMessage(error)
  }
  await new Promise((resolve) => probe.close(resolve))
  return null
}

function tryToConnect(
  host: string,
  port: number,
  clock: Pick<Clock, 'after'>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (reason: string | null): void => {
      cancel()
      socket.destroy()
      resolve(reason)
    }
    const cancel = clock.after(CONNECT_MS, () => settle(`no answer within ${CONNECT_MS} ms`))
    socket.once('connect', () => settle(null))
    socket.once('error', (error) => settle(errorCode(error)))
  })
}

function modeOf(path: string): number | null {
  try {
    return statSync(path).mode & 0o777
  } catch {
    return null
  }
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function askStore(
  store: RedisPlan,
  clock: Clock,
  random: () => number,
): Promise<StoreAnswer> {
  let why = `no answer within ${STORE_MS} ms`
  const client = connectRedis(store, random, (error) => {
    why = error.message
  })
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(STORE_MS, () => reject(new Error(why)))
      client.once('ready', () => {
        cancel()
        resolve()
      })
    })
    const times: number[] = []
    for (let count = 0; count < PINGS; count++) {
      const begunMs = clock.monotonicMs()
      await client.ping()
      times.push(clock.monotonicMs() - begunMs)
    }
    const pingMs = times.toSorted((a, b) => a - b)[Math.floor(PINGS / 2)]!
    const key = `${store.prefix}:check`
    const scriptProblem = await client.eval('return 1', 1, key).then(() => null, errorMessage)
    const info = await client.info('memory').catch(() => '')
    const [seconds = 0, micros = 0] = (await client.time()).map(Number)
    const skewMs = clock.wallMs() - pingMs / 2 - (seconds * 1000 + micros / 1000)
    const evictionPolicy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null
    return { pingMs, scriptProblem, evictionPolicy, skewMs }
  } finally {
    closeRedis(client)
  }
}
