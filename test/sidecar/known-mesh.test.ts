import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { KnownMesh } from '../../sidecar/known-mesh.ts'
import type { TrustBundle } from '../../sidecar/identity/svid.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { WatchState } from '../../sidecar/snapshot/control-client.ts'
import { loadSnapshot, saveSnapshot } from '../../sidecar/snapshot/snapshot-file.ts'
import type { Snapshot } from '../../sidecar/snapshot/snapshot.ts'
import { createTestMesh } from '../support/mesh-identity.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-known-'))
after(() => rmSync(folder, { recursive: true }))

const { trust } = await createTestMesh()

function snapshot(revision: string, bundle: TrustBundle = trust): Snapshot {
  return {
    revision,
    madeAtMs: 1,
    trust: bundle,
    revocations: { serials: [], ids: [] },
    services: {},
    authorize: [],
    egress: null,
  }
}

function bench(file: string | null) {
  const used: string[] = []
  const warned: string[] = []
  const updated: TrustBundle[] = []
  let nowMs = 0
  let say: (snapshot: Snapshot) => void = () => {}
  let tell: (state: WatchState) => void = () => {}
  const known = new KnownMesh({
    client: {
      watch(onSnapshot, onState) {
        say = onSnapshot
        tell = onState
        return () => {}
      },
    },
    renewal: {
      trust,
      update(bundle) {
        if (bundle.rootPems.length === 0) throw new SallyportError('bad_trust_bundle', 'empty')
        updated.push(bundle)
      },
    },
    clock: { ...systemClock, monotonicMs: () => nowMs },
    log: {
      info: () => {},
      warn: (message) => void warned.push(message),
      error: (message) => void warned.push(message),
    },
    file,
    onSnapshot: ({ revision }) => void used.push(revision),
  })
  return {
    known,
    used,
    warned,
    updated,
    say: (each: Snapshot) => say(each),
    tell: (state: WatchState) => tell(state),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

const CONNECTED: WatchState = { kind: 'connected', revision: null }
const STALE: WatchState = { kind: 'stale', heardAtMs: 0, retryInMs: 500, reason: 'gone' }

test('what control says is in force at once, and on disk afterwards', async () => {
  const file = join(folder, 'new.json')
  const { known, used, say } = bench(file)
  const started = known.start()
  assert.deepEqual(known.rules, [])
  say(snapshot('a-1'))
  await started
  say(snapshot('a-2'))
  assert.deepEqual(used, ['a-1', 'a-2'])
  known.close()
  const stored = loadSnapshot(file)
  assert.equal(stored.kind === 'snapshot' && stored.snapshot.revision, 'a-2')
})

test('without control, names and rules come from the disk, but not whom to believe', async () => {
  const file = join(folder, 'old.json')
  saveSnapshot(file, snapshot('a-7'))
  const { known, used, updated } = bench(file)
  await known.start()
  assert.deepEqual(used, ['a-7'])
  assert.deepEqual(updated, [])
  known.close()
})

test('a damaged file, or one of another mesh, is not used', () => {
  const file = join(folder, 'bad.json')
  saveSnapshot(file, snapshot('a-1', { ...trust, trustDomain: 'elsewhere.test' }))
  const foreign = bench(file)
  void foreign.known.start()
  writeFileSync(file, 'x')
  const damaged = bench(file)
  void damaged.known.start()
  for (const { known, used, warned } of [foreign, damaged]) {
    assert.deepEqual(used, [])
    assert.equal(warned.length, 1)
    known.close()
  }
})

test('a snapshot whose trust cannot be used changes nothing at all', () => {
  const { known, used, warned, say } = bench(null)
  void known.start()
  say(snapshot('a-1'))
  say(snapshot('a-2', { ...trust, rootPems: [] }))
  assert.deepEqual(used, ['a-1'])
  assert.deepEqual(warned, ['a snapshot of control is not used'])
  assert.equal(known.current?.revision, 'a-1')
})

test('it is as stale as control has been silent, also while connections are tried', () => {
  const { known, warned, tell, pass } = bench(null)
  void known.start()
  tell(CONNECTED)
  pass(60_000)
  assert.equal(known.staleMs, 0)
  tell(STALE)
  pass(3000)
  tell({ kind: 'connecting' })
  pass(2000)
  tell(STALE)
  assert.equal(known.staleMs, 5000)
  assert.deepEqual(warned, ['control is away; the last snapshot stays in force'])
  tell(CONNECTED)
  assert.equal(known.staleMs, 0)
})
