// The gateway as a whole in the admin API: checks, export, backup, restore and diagnostics.

import { Type } from 'typebox'
import type { Operation, OperationRequest } from '../admin/operation.ts'
import { originOf } from '../admin/origin.ts'
import type { Configurations } from '../config/configurations.ts'
import { MAX_TEXT_BYTES } from '../revisions/revision.ts'
import { MAX_CONTAINER_BYTES, unseal } from './backup-container.ts'
import { decodeContent, type BackupContent } from './backup-content.ts'
import { MAX_SAVED_REVISIONS } from './backup.ts'
import { canonicalChecksum } from './canonical.ts'
import { CHECK_GROUPS, CHECK_STATUSES } from './check.ts'
import { LANGUAGES, type Language } from '../../language/language.ts'
import { REDACTED_KINDS } from './redact.ts'
import { PARTS, previewRestore, restore, type Part } from './restore.ts'
import type { System } from './system.ts'

const CLOSED = { additionalProperties: false }
const DEFAULT_REVISIONS = 50
const Names = Type.Array(Type.String())
const Passphrase = Type.String({
  minLength: 1,
  maxLength: 1024,
  description: 'Of the backup; never kept.',
})
const Status = Type.Enum([...CHECK_STATUSES])
const Checks = Type.Object({
  checkedAtMs: Type.Number(),
  status: Status,
  items: Type.Array(
    Type.Object({
      group: Type.Enum([...CHECK_GROUPS]),
      id: Type.String({ description: 'Stable, like `store.eviction`.' }),
      status: Status,
      detail: Type.String(),
      hint: Type.String({ description: 'What to do; or empty.' }),
    }),
  ),
})
const Preview = Type.Object({
  checksum: Type.String({ description: 'Send it as If-Match to restore just this.' }),
  createdAtMs: Type.Number(),
  program: Type.String({ description: 'Version that made the backup.' }),
  diff: Type.String({ description: 'Of the configuration; empty where it stays.' }),
  accounts: Type.Object({
    usersAdded: Names,
    usersRemoved: Names,
    usersChanged: Names,
    tokensAdded: Names,
    tokensRemoved: Names,
  }),
  history: Type.Integer({ description: 'Revisions that would be added to the history.' }),
  revocations: Type.Integer({ description: 'Identities that would be revoked.' }),
  certificates: Type.Array(Type.String(), {
    description: 'What certificates are in it; a restore writes none of them.',
  }),
})
const RestoreBody = Type.Object(
  {
    container: Type.String({ maxLength: MAX_CONTAINER_BYTES, description: 'The backup file.' }),
    passphrase: Passphrase,
    parts: Type.Optional(
      Type.Array(Type.Enum([...PARTS]), { minItems: 1, description: 'Default: all of it.' }),
    ),
  },
  CLOSED,
)

interface RestoreWish {
  readonly container: string
  readonly passphrase: string
  readonly parts?: readonly Part[]
}

export function wholeSystemOperations(
  system: System,
  configurations: Configurations,
): readonly Operation[] {
  return [
    checks(system),
    diagnostics(system),
    exporting(configurations),
    backup(system),
    ...restoring(system, configurations),
  ]
}

function checks(system: System): Operation {
  return {
    id: 'readChecks',
    method: 'GET',
    path: '/api/v1/system/checks',
    role: 'viewer',
    summary: 'Looks at everything this node depends on, and says what to do where it is not well.',
    query: Type.Object(
      { lang: Type.Optional(Type.Enum([...LANGUAGES], { description: 'Default en.' })) },
      CLOSED,
    ),
    answer: Checks,
    run: ({ query: { lang = 'en' } }) => system.checks(lang as Language),
  }
}

function diagnostics(system: System): Operation {
  return {
    id: 'readDiagnostics',
    method: 'GET',
    path: '/api/v1/system/diagnostics',
    role: 'admin',
    summary:
      'Versions, the configuration in outline, checks and the latest lines of the log, without secrets.',
    answer: Type.Object({
      generatedAtMs: Type.Number(),
      parts: Type.Array(
        Type.Object({ name: Type.String(), bytes: Type.Integer(), text: Type.String() }),
      ),
      redacted: Type.Array(
        Type.Object({ kind: Type.Enum([...REDACTED_KINDS]), count: Type.Integer() }),
        { description: 'How often each kind of secret was found and taken out.' },
      ),
    }),
    run({ change }) {
      change({ target: 'system/diagnostics' })
      return system.diagnostics()
    },
  }
}

function exporting(configurations: Configurations): Operation {
  return {
    id: 'exportConfig',
    method: 'GET',
    path: '/api/v1/system/export',
    role: 'viewer',
    summary: 'The configuration to keep elsewhere, with a checksum of what it says.',
    answer: Type.Object({
      text: Type.String({ maxLength: MAX_TEXT_BYTES }),
      checksum: Type.String({ description: 'SHA-256 of the text.' }),
      canonicalChecksum: Type.String({
        description: 'The same for every text that says the same, whatever its comments and order.',
      }),
      revision: Type.Union([Type.Integer(), Type.Null()]),
    }),
    run() {
      const { text, checksum, revision } = configurations.served()
      return { text, checksum, canonicalChecksum: canonicalChecksum(text), revision }
    },
  }
}

function backup(system: System): Operation {
  return {
    id: 'makeBackup',
    isGuarded: true,
    method: 'POST',
    path: '/api/v1/system/backup',
    role: 'admin',
    summary:
      'One encrypted file with the configuration, its history, accounts and revocations; certificates only if asked.',
    body: Type.Object(
      {
        passphrase: Passphrase,
        revisions: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: MAX_SAVED_REVISIONS,
            description: `How many of the newest; default ${DEFAULT_REVISIONS}.`,
          }),
        ),
        certificates: Type.Optional(
          Type.Boolean({ description: 'Certificates and private keys, too; default false.' }),
        ),
      },
      CLOSED,
    ),
    answer: Type.Object({
      container: Type.String({ description: 'The file, as text.' }),
      bytes: Type.Integer(),
    }),
    async run({ body, change }) {
      const {
        passphrase,
        revisions = DEFAULT_REVISIONS,
        certificates = false,
      } = body as { passphrase: string; revisions?: number; certificates?: boolean }
      change({ target: 'system/backup', after: { revisions, certificates } })
      const container = await system.backup(passphrase, { revisions, certificates })
      return { container, bytes: Buffer.byteLength(container) }
    },
  }
}

function restoring(system: System, configurations: Configurations): Operation[] {
  const common = { method: 'POST', role: 'admin', body: RestoreBody, answer: Preview } as const
  const maxBodyBytes = MAX_CONTAINER_BYTES + 1024 * 1024
  return [
    {
      ...common,
      id: 'previewRestore',
      isReading: true,
      path: '/api/v1/system/restore::preview',
      summary: 'What a backup would change here; changes nothing.',
      maxBodyBytes,
      async run({ body }) {
        const { content, about, parts } = await opened(body as RestoreWish)
        return { ...about, ...(await previewRestore(content, parts, system.restoring())) }
      },
    },
    {
      ...common,
      id: 'restoreBackup',
      isGuarded: true,
      path: '/api/v1/system/restore',
      summary: 'Puts a backup back, all of it or nothing, as its preview showed it.',
      maxBodyBytes,
      async run(request) {
        const { content, about, parts } = await opened(request.body as RestoreWish, request)
        const before = { checksum: configurations.served().checksum }
        const { checksum } = content.configuration
        request.change({ target: 'system/restore', before, after: { checksum, parts } })
        const { name } = request.principal
        const by = { name, origin: originOf(request.principal) }
        const deps = system.restoring()
        return { ...about, ...(await restore(content, parts, request.ifMatch ?? '', by, deps)) }
      },
    },
  ]
}

/** Tells the audit before anything is opened: who tries passphrases stands in it, too. */
async function opened(
  { container, passphrase, parts = PARTS }: RestoreWish,
  request: Pick<OperationRequest, 'change'> | null = null,
): Promise<{
  readonly content: BackupContent
  readonly about: { readonly createdAtMs: number; readonly program: string }
  readonly parts: readonly Part[]
}> {
  request?.change({ target: 'system/restore', after: { parts } })
  const { content, createdAtMs, program } = await unseal(container, passphrase)
  return { content: decodeContent(content), about: { createdAtMs, program }, parts }
}
