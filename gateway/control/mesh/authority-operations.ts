// The authority of the mesh in the admin API: who issues, and putting another root in its place without losing anybody.

import { Type, type Static } from 'typebox'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import type { RotationStatus } from './authority-rotation.ts'
import type { MeshControl } from './mesh-control.ts'

const Root = {
  serial: Type.String(),
  notAfterMs: Type.Number(),
  fingerprints: Type.Array(Type.String(), { description: 'SHA-256 of each root.' }),
}
export const Authority = Type.Object({
  kind: Type.Enum(['development', 'files']),
  trustDomain: Type.String(),
  alarm: Type.String({ description: '`none`, or how little time is left.' }),
  issuing: Type.Object(Root),
  announced: Type.Union([
    Type.Object({
      ...Root,
      fromMs: Type.Union([Type.Number(), Type.Null()], {
        description: 'When it issues by itself; null: when `:finish` says so.',
      }),
      trusting: Type.Integer({ description: 'Sidecars that believe its root.' }),
      members: Type.Integer({ description: 'Sidecars that are registered.' }),
      waitingFor: Type.Array(Type.Object({ service: Type.String(), instance: Type.String() })),
    }),
    Type.Null(),
  ]),
  retiring: Type.Array(Type.Object({ fingerprint: Type.String(), untilMs: Type.Number() })),
})

export type Authority = Static<typeof Authority>

/** `mesh` null: the configuration has none (now). */
export function authorityOperations(mesh: () => MeshControl | null): readonly Operation[] {
  const existing = (): MeshControl => {
    const control = mesh()
    if (control !== null) return control
    throw new ApiError('not_available', 'there is no `mesh:` in the configuration')
  }
  const step = (
    verb: 'rotate' | 'finish' | 'abandon',
    summary: string,
    run: (control: MeshControl) => Promise<void>,
  ): Operation => ({
    id: `${verb}MeshAuthority`,
    method: 'POST',
    path: `/api/v1/mesh/authority::${verb}`,
    role: 'admin',
    summary,
    answer: Authority,
    async run({ change }) {
      const control = existing()
      const before = rootsOf(control.rotation.status())
      change({ target: `mesh-authority/${verb}`, before })
      await run(control).catch(refused)
      change({
        target: `mesh-authority/${verb}`,
        before,
        after: rootsOf(control.rotation.status()),
      })
      return view(control)
    },
  })
  return [
    {
      id: 'readMeshAuthority',
      method: 'GET',
      path: '/api/v1/mesh/authority',
      role: 'viewer',
      summary: 'Who issues the identities of the mesh, and how far a new root has come.',
      answer: Authority,
      run: () => view(existing()),
    },
    step(
      'rotate',
      'Makes another development root and announces it to every sidecar; nothing is issued below it yet.',
      (control) => begin(control),
    ),
    step(
      'finish',
      'Issues below the announced root from now on; refused until every sidecar believes it.',
      (control) => finish(control),
    ),
    step('abandon', 'Takes back an announced root.', (control) => abandon(control)),
  ]
}

async function begin(control: MeshControl): Promise<void> {
  if (control.authorityKind === 'files') {
    const message = 'the authority is one of the configuration: name the new files in `mesh.ca`'
    throw new ApiError(
      'conflict',
      `${message}; their root is announced, and used 5 minutes later, once every sidecar believes it`,
    )
  }
  await control.rotation.announce(control.trustDomain)
}

async function abandon(control: MeshControl): Promise<void> {
  if (control.authorityKind === 'files') {
    // The next start would use it without a word.
    const message = 'the configuration names the new root: take back the change of `mesh.ca`'
    throw new ApiError('conflict', message)
  }
  await control.rotation.abandon()
}

async function finish(control: MeshControl): Promise<void> {
  const { announced } = control.rotation.status()
  if (announced === null) throw new ApiError('conflict', 'no new root is announced')
  const { trusting, members, waitingFor } = announced
  if (trusting < members) {
    const message = `${trusting} of ${members} sidecars trust the new root: wait for the others, or stop them`
    const errors = waitingFor.map(({ service, instance }) => ({
      pointer: '',
      detail: `${service}/${instance} does not trust it yet`,
      hint: 'it hears of it within seconds while control reaches it',
    }))
    throw new ApiError('conflict', message, errors)
  }
  await control.rotation.finish()
}

function view(control: MeshControl): object {
  const { authorityKind: kind, trustDomain } = control
  return { kind, trustDomain, ...control.rotation.status() }
}

function rootsOf({ issuing, announced }: RotationStatus): object {
  return { issuing: issuing.fingerprints, announced: announced?.fingerprints ?? [] }
}

function refused(error: unknown): never {
  if (error instanceof ApiError) throw error
  const isTheirs = ['already_announced', 'nothing_announced', 'too_many_anchors', 'bad_authority']
  const code = isTheirs.includes(errorCode(error)) ? 'conflict' : 'not_available'
  throw new ApiError(code, errorMessage(error))
}
