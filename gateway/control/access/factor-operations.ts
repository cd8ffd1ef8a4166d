// The second factor of one's own account and showing again who one is, as operations of the admin API.

import { Type } from 'typebox'
import { ApiError } from '../admin/api-error.ts'
import type { Operation, OperationRequest } from '../admin/operation.ts'
import type { AccessDeps } from './access-deps.ts'
import { provenUser, type Given } from './password-proof.ts'
import { CLOSED, Code, Me, Password, RecoveryCodes, SecondFactor } from './schemas.ts'
import { sessionUserOf, startSession } from './session-start.ts'
import { totpUri } from './totp.ts'

const PATH = '/api/v1/me/second-factor'
/** Whoever is at the console may: it is about nobody else. */
const OWN = { role: 'viewer', scope: 'any' } as const

export function factorOperations(deps: AccessDeps): readonly Operation[] {
  return [readFactor(deps), ...enrolling(deps), ...changing(deps), reauthenticate(deps)]
}

function readFactor({ factors, isFactorRequired }: AccessDeps): Operation {
  return {
    id: 'readMySecondFactor',
    method: 'GET',
    path: PATH,
    ...OWN,
    isForEnrolling: true,
    summary:
      'Says whether a code is asked for when one signs in, and how many recovery codes are left.',
    answer: SecondFactor,
    run: async ({ principal: { name } }) => ({
      ...(await factors.of(name)),
      isRequired: isFactorRequired(),
    }),
  }
}

function enrolling({ factors, sessions, isFactorRequired }: AccessDeps): Operation[] {
  return [
    {
      id: 'beginSecondFactor',
      method: 'POST',
      path: PATH,
      ...OWN,
      isForEnrolling: true,
      isGuarded: true,
      summary:
        'Makes the secret for an authenticator app; it counts once a code of it is confirmed.',
      answer: Type.Object({
        secret: Type.String({ description: 'Base32; shown in this answer only.' }),
        uri: Type.String({ description: 'The same for an app, as a QR code holds it.' }),
      }),
      status: 201,
      async run({ principal, host, change }) {
        change({ target: `user/${principal.name}`, after: { secondFactor: 'begun' } })
        const name = localName(principal)
        const secret = await factors.begin(name)
        return { secret, uri: totpUri(secret, name, host) }
      },
    },
    {
      id: 'confirmSecondFactor',
      method: 'POST',
      path: `${PATH}::confirm`,
      ...OWN,
      isForEnrolling: true,
      summary: 'Shows by a first code that the app has the secret; every other session ends.',
      body: Type.Object({ code: Code }, CLOSED),
      answer: Type.Object({ ...RecoveryCodes.properties, me: Me }),
      async run(request) {
        const { principal, body, change } = request
        change({ target: `user/${principal.name}`, after: { secondFactor: 'on' } })
        const { code } = body as { code: string }
        const { user, recoveryCodes } = await factors.confirm(localName(principal), code)
        const me = await startSession(request, sessions, sessionUserOf(user, isFactorRequired()))
        return { recoveryCodes, me }
      },
    },
  ]
}

function changing({ factors, sessions, isFactorRequired }: AccessDeps): Operation[] {
  return [
    {
      id: 'renewRecoveryCodes',
      method: 'POST',
      path: `${PATH}::renew-recovery-codes`,
      ...OWN,
      isGuarded: true,
      summary: 'Makes new recovery codes; those of before count no more.',
      answer: RecoveryCodes,
      async run({ principal, change }) {
        change({ target: `user/${principal.name}`, after: { recoveryCodes: 'renewed' } })
        return { recoveryCodes: await factors.renewRecovery(localName(principal)) }
      },
    },
    {
      id: 'removeMySecondFactor',
      method: 'DELETE',
      path: PATH,
      ...OWN,
      isGuarded: true,
      summary: 'The password is enough again; every other session ends.',
      answer: Me,
      async run(request) {
        const { principal, change } = request
        change({ target: `user/${principal.name}`, after: { secondFactor: 'off' } })
        const name = localName(principal)
        if (isFactorRequired()) {
          throw new ApiError(
            'conflict',
            'everybody here needs one: admin.secondFactor is `required`',
          )
        }
        const user = await factors.remove(name)
        return startSession(request, sessions, sessionUserOf(user, false))
      },
    },
  ]
}

function reauthenticate(deps: AccessDeps): Operation {
  return {
    id: 'reauthenticate',
    method: 'POST',
    path: '/api/v1/sessions/current::reauthenticate',
    ...OWN,
    isForEnrolling: true,
    summary:
      'Shows again that it is oneself, for what `reauthentication_needed` refuses; the session goes on under a new id.',
    body: Type.Object({ password: Password, code: Type.Optional(Code) }, CLOSED),
    answer: Me,
    async run(request) {
      const { principal, body, address, change } = request
      change({ target: `session/${principal.name}` })
      const given: Given = { ...(body as Omit<Given, 'name'>), name: localName(principal) }
      const { user, proof } = await provenUser(deps, given, address)
      if (proof !== null) change({ target: `session/${user.name}`, after: { secondFactor: proof } })
      return startSession(request, deps.sessions, sessionUserOf(user, deps.isFactorRequired()))
    },
  }
}

/** Throws ApiError: a token is no person, and whoever comes from an identity provider shows it there. */
function localName({ kind, name, isFederated }: OperationRequest['principal']): string {
  if (kind === 'user' && !isFederated) return name
  throw new ApiError('not_permitted', 'this is for who signed in with a password here')
}
