// Another root takes the place of the one in use: announced to all, used only when every sidecar believes it, nothing lost.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { authorityOperations } from '../../../gateway/control/mesh/authority-operations.ts'
import type { RotationStatus } from '../../../gateway/control/mesh/authority-rotation.ts'
import type { ApiError } from '../../../gateway/control/admin/api-error.ts'
import type { Change, OperationRequest } from '../../../gateway/control/admin/operation.ts'
import {
  startControl,
  startSidecar,
  type TestControl,
  type TestSidecar,
} from '../../support/mesh.ts'
import { until } from '../../support/until.ts'
import { says, startApp, startLoad } from './client.ts'

let control: TestControl
let app: Awaited<ReturnType<typeof startApp>>
let web: TestSidecar
let billing: TestSidecar
let late: TestSidecar | null = null
const changes: Change[] = []

before(async () => {
  control = await startControl([{ to: 'billing', from: ['web'] }])
  app = await startApp(says('paid'))
  web = await startSidecar(control, 'web', app.url)
  billing = await startSidecar(control, 'billing', app.url)
  await until('the service to be known', async () => {
    return (await web.admin('/snapshot')).text.includes('"instance": "billing-')
  })
})

after(async () => {
  for (const one of [web, billing, late]) await one?.sidecar.stop()
  await app.close()
  await control.remove()
})

async function step(verb: 'read' | 'rotate' | 'finish' | 'abandon'): Promise<RotationStatus> {
  const operation = authorityOperations(() => control.running).find(
    ({ id }) => id === `${verb}MeshAuthority`,
  )!
  const request = { change: (change: Change) => void changes.push(change) }
  return (await operation.run(request as unknown as OperationRequest)) as RotationStatus
}

/** A member that is registered and hears nothing, as one whose connection hangs. */
function addDeaf(): () => void {
  const { registry } = control.running.mesh
  const id = 'spiffe://mesh.test/ns/default/svc/deaf'
  const notAfterMs = Date.now() + 3_600_000
  const caller = { id, service: 'deaf', address: '127.0.0.1', serial: 'dea1', notAfterMs }
  const facts = { protocol: 'http1', version: null, zone: null, weight: 1, address: null } as const
  const registered = registry.register(
    caller,
    { instance: 'deaf-1', epoch: 1, port: 1, ...facts },
    { healthy: true, status: 'up' },
    null,
  )
  assert.ok(registered.kind === 'registered')
  return () => registry.deregister(caller, registered.leaseId)
}

const issuedBelow = async (): Promise<readonly string[]> =>
  (await step('read')).issuing.fingerprints

suite('a new root of the mesh', { timeout: 60_000 }, () => {
  test('is announced, and locked until the last sidecar believes it', async () => {
    const remove = addDeaf()
    const old = await issuedBelow()
    const { announced } = await step('rotate')
    assert.equal(announced?.fromMs, null)
    assert.equal(announced?.members, 3)
    await until('two of three to believe it', async () => {
      return (await step('read')).announced?.trusting === 2
    })
    const refused = (await step('finish').catch((error: unknown) => error)) as ApiError
    assert.equal(refused.code, 'conflict')
    assert.match(refused.message, /2 of 3 sidecars trust the new root/)
    assert.match(refused.errors[0]!.detail, /deaf\/deaf-1 does not trust it yet/)
    assert.deepEqual(await issuedBelow(), old)
    await assert.rejects(step('rotate'), { code: 'conflict' })
    remove()
  })

  test('outlives a restart of control while it is announced', async () => {
    const before = (await step('read')).announced!.fingerprints
    await control.stop()
    await control.start()
    assert.deepEqual((await step('read')).announced?.fingerprints, before)
  })

  test('takes over without a failed call, and the old one is believed until it is not needed', async () => {
    const load = startLoad(web, 'http://billing.mesh/', 50)
    const old = await issuedBelow()
    const [next] = (await step('read')).announced!.fingerprints
    await until('everybody to believe it', async () => {
      const { announced } = await step('read')
      return announced!.members === 2 && announced!.trusting === 2
    })
    const { announced, issuing, retiring } = await step('finish')
    assert.equal(announced, null)
    assert.deepEqual(issuing.fingerprints, [next])
    assert.deepEqual(
      retiring.map(({ fingerprint }) => fingerprint),
      old,
    )
    // Its certificate stands below the new root, those of the others below the old one.
    late = await startSidecar(control, 'web', app.url)
    await until('the service to be known', async () => {
      return (await late!.admin('/snapshot')).text.includes('"instance": "billing-')
    })
    const mixed = startLoad(late, 'http://billing.mesh/', 50)
    await until('calls across the roots', () => mixed.sent() > 20)
    assert.deepEqual((await mixed.stop()).failures, [])
    const { sent, failures } = await load.stop()
    assert.deepEqual(failures, [])
    assert.ok(sent > 0)
    const after = changes.at(-1)?.after as { issuing: readonly string[] }
    assert.deepEqual(after.issuing, [next])
    assert.doesNotMatch(JSON.stringify(changes), /PRIVATE/)
  })

  test('that is the one in use stays so after another restart, and another one can be taken back', async () => {
    const now = await issuedBelow()
    await control.stop()
    await control.start()
    assert.deepEqual(await issuedBelow(), now)
    assert.equal((await step('read')).announced, null)
    await step('rotate')
    assert.equal((await step('abandon')).announced, null)
    assert.equal(control.running.mesh.trusting.trust.rootPems.length, 2)
    await assert.rejects(step('finish'), /no new root is announced/)
    await control.stop()
    await control.start()
    assert.deepEqual([await issuedBelow(), (await step('read')).announced], [now, null])
  })
})
