import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import type { AuditEvent } from '../../../../gateway/control/audit/entry.ts'
import {
  makeFirstAdmin,
  readInitialAdmin,
  type InitialAdmin,
} from '../../../../gateway/control/setup/initial-admin.ts'

const SECRET = 'a gate for every caller'

suite('the first administrator from the environment', () => {
  const read = (env: Record<string, string>, file: string | null = null): InitialAdmin =>
    readInitialAdmin({
      env,
      readFile() {
        if (file === null) throw new Error('ENOENT: no such file')
        return file
      },
    })

  test('is nobody where nothing is said, or nothing but empty words', () => {
    assert.deepEqual(read({}), { kind: 'none' })
    const empty = { INITIAL_ADMIN_NAME: '', INITIAL_ADMIN_PASSWORD: '' }
    assert.deepEqual(read(empty), { kind: 'none' })
  })

  test('has the password of the variable, or of the file without its last line end', () => {
    const given = { kind: 'given', name: 'alice', password: SECRET }
    const name = { INITIAL_ADMIN_NAME: 'alice' }
    assert.deepEqual(read({ ...name, INITIAL_ADMIN_PASSWORD: SECRET }), given)
    const file = { ...name, INITIAL_ADMIN_PASSWORD_FILE: '/run/secrets/admin' }
    assert.deepEqual(read(file, `${SECRET}\n`), given)
  })

  test('is refused with what is missing, and never with the password', () => {
    const faulty: [Record<string, string>, string | null][] = [
      [{ INITIAL_ADMIN_PASSWORD: SECRET }, null],
      [{ INITIAL_ADMIN_NAME: 'alice' }, null],
      [{ INITIAL_ADMIN_NAME: 'alice', INITIAL_ADMIN_PASSWORD_FILE: '/nowhere' }, null],
      [{ INITIAL_ADMIN_NAME: 'alice', INITIAL_ADMIN_PASSWORD_FILE: '/empty' }, '\n'],
      [
        {
          INITIAL_ADMIN_NAME: 'alice',
          INITIAL_ADMIN_PASSWORD: SECRET,
          INITIAL_ADMIN_PASSWORD_FILE: '/x',
        },
        SECRET,
      ],
    ]
    for (const [env, file] of faulty) {
      const initial = read(env, file)
      assert.ok(initial.kind === 'unusable', JSON.stringify(env))
      assert.ok(!initial.problem.includes(SECRET))
    }
  })

  const make = async (
    add: () => Promise<unknown>,
  ): Promise<{ isMade: boolean; events: AuditEvent[]; said: string }> => {
    const events: AuditEvent[] = []
    const said: string[] = []
    const say = (...words: unknown[]): void => void said.push(JSON.stringify(words))
    const isMade = await makeFirstAdmin({
      initial: { kind: 'given', name: 'alice', password: SECRET },
      log: { info: say, warn: say, error: say },
      record: (event) => void events.push(event),
      add,
    })
    return { isMade, events, said: said.join('\n') }
  }

  test('is made once, which the audit and the log tell without the password', async () => {
    const { isMade, events, said } = await make(() => Promise.resolve())
    assert.equal(isMade, true)
    assert.deepEqual(
      events.map(({ action, target, result }) => [action, target, result]),
      [['setUp', 'user/alice', 'ok']],
    )
    assert.match(said, /alice/)
    assert.ok(!`${said}${JSON.stringify(events)}`.includes(SECRET))
  })

  test('leaves the wizard where name or password will not do, and says why', async () => {
    const weak = new ApiError('invalid', 'a password needs at least 12 characters')
    const { isMade, events, said } = await make(() => Promise.reject(weak))
    assert.equal(isMade, false)
    assert.equal(events[0]?.result, 'invalid')
    assert.match(said, /at least 12 characters/)
  })

  test('is content where another node was faster, and tries again where accounts are away', async () => {
    const other = await make(() => Promise.reject(new ApiError('conflict', 'set up already')))
    assert.deepEqual([other.isMade, other.events], [true, []])
    const away = new ApiError('not_available', 'the store is away')
    await assert.rejects(
      make(() => Promise.reject(away)),
      away,
    )
  })
})
