// `sallyport backup`, `restore`, `export`, `import` and `diagnostics`: the whole gateway as a file, and back.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unseal } from '../control/system/backup-container.ts'
import { decodeContent } from '../control/system/backup-content.ts'
import type { RestorePreview } from '../control/system/restore.ts'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Shown } from './api-command.ts'
import type { Command, CommandArguments } from './command.ts'
import { writeNewFile } from './new-file.ts'
import { readSecret, type ReadSecret } from './secret-input.ts'
import { BACKUP_WORDS } from './words/backup-words.ts'
import type { Language } from './words/language.ts'

const PARTS = ['configuration', 'accounts', 'history', 'revocations']
const PASSPHRASE_OPTION = { 'passphrase-file': { type: 'string' } } as const

type Preview = RestorePreview & { readonly createdAtMs: number; readonly program: string }

export function backupCommand(secret: ReadSecret): Command {
  return apiCommand('backup', {
    usage: '-f FILE [--revisions 50] [--certificates] [--passphrase-file FILE]',
    options: {
      ...PASSPHRASE_OPTION,
      file: { type: 'string', short: 'f' },
      revisions: { type: 'string' },
      certificates: { type: 'boolean' },
    },
    async ask(args, call, { talk, language = 'en' }) {
      const t = BACKUP_WORDS[language]
      const { file, revisions, certificates } = args.values as Record<string, string | undefined>
      if (file === undefined || args.positionals.length > 0) throw usage(t.nameNewFile)
      if (revisions !== undefined && !/^\d{1,3}$/.test(revisions)) {
        throw usage(t.badRevisions(revisions))
      }
      const passphrase = await passphraseOf(args, secret, talk, language)
      const body = {
        passphrase,
        ...(revisions === undefined ? {} : { revisions: Number(revisions) }),
        certificates: Boolean(certificates),
      }
      const made = (await call('POST', '/api/v1/system/backup', body)) as {
        container: string
        bytes: number
      }
      writeNewFile(file, made.container, language)
      talk(t.written(file, made.bytes))
      return null
    },
  })
}

export const backup = backupCommand(readSecret)

export function restoreCommand(secret: ReadSecret): Command {
  return apiCommand('restore', {
    usage: `FILE [--only PART,…] [--yes] [--certificates-to FOLDER] [--passphrase-file FILE]`,
    options: {
      ...PASSPHRASE_OPTION,
      only: { type: 'string' },
      yes: { type: 'boolean' },
      'certificates-to': { type: 'string' },
    },
    async ask(args, call, { talk, language = 'en' }) {
      const t = BACKUP_WORDS[language]
      const [file] = args.positionals
      if (file === undefined || args.positionals.length > 1) throw usage(t.nameFile)
      const container = read(file, language)
      const parts = partsOf(args, language)
      const passphrase = await passphraseOf(args, secret, talk, language)
      const body = { container, passphrase, ...(parts === null ? {} : { parts }) }
      const preview = (await call('POST', '/api/v1/system/restore:preview', body)) as Preview
      talk(t.madeBy(new Date(preview.createdAtMs).toISOString(), preview.program))
      const folder = args.values['certificates-to']
      if (typeof folder === 'string') {
        talk(t.certificatesWritten(await extract(container, passphrase, folder, language), folder))
      }
      if (args.values['yes'] !== true) {
        talk(isNothing(preview) ? t.nothing : t.wouldChange)
        talk(isNothing(preview) ? '' : t.addYes)
        return shown(preview, language)
      }
      const headers = { 'if-match': `"${preview.checksum}"` }
      const done = (await call('POST', '/api/v1/system/restore', body, headers)) as Preview
      talk(t.restored)
      return shown(done, language)
    },
  })
}

export const restore = restoreCommand(readSecret)

export const exportConfig = apiCommand('export', {
  usage: '[-f FILE]',
  options: { file: { type: 'string', short: 'f' } },
  async ask({ values, positionals }, call, { talk, language = 'en' }) {
    const t = BACKUP_WORDS[language]
    if (positionals.length > 0) throw usage(t.nameNewFile)
    const answer = (await call('GET', '/api/v1/system/export')) as {
      text: string
      canonicalChecksum: string
      revision: number | null
    }
    talk(t.exported(String(answer.revision ?? '-'), answer.canonicalChecksum))
    const { file } = values
    if (typeof file !== 'string') return { value: answer, table: answer.text }
    writeNewFile(file, answer.text, language)
    return null
  },
})

export const diagnostics = apiCommand('diagnostics', {
  usage: '[-f FILE]',
  options: { file: { type: 'string', short: 'f' } },
  async ask({ values, positionals }, call, { talk, language = 'en' }) {
    const t = BACKUP_WORDS[language]
    if (positionals.length > 0) throw usage(t.nameNewFile)
    const bundle = (await call('GET', '/api/v1/system/diagnostics')) as {
      parts: readonly { name: string; bytes: number; text: string }[]
    }
    const { file } = values
    talk(t.contents)
    if (typeof file === 'string') {
      const whole = bundle.parts.map(({ name, text }) => `===== ${name} =====\n${text}`).join('\n')
      writeNewFile(file, whole, language)
      talk(t.saved(file))
    }
    const rows = bundle.parts.map(({ name, bytes }) => ({ name, bytes: String(bytes) }))
    return { value: bundle, table: rows }
  },
})

async function passphraseOf(
  { values }: CommandArguments,
  secret: ReadSecret,
  talk: (text: string) => void,
  language: Language,
): Promise<string> {
  const file = values['passphrase-file']
  if (typeof file === 'string') return read(file, language).replace(/\r?\n$/, '')
  return secret(BACKUP_WORDS[language].passphrase, talk)
}

function partsOf({ values }: CommandArguments, language: Language): readonly string[] | null {
  const { only } = values
  if (typeof only !== 'string') return null
  const parts = only.split(',')
  const unknown = parts.find((part) => !PARTS.includes(part))
  if (unknown === undefined) return parts
  throw usage(BACKUP_WORDS[language].badPart(unknown, PARTS.join(', ')))
}

function shown(preview: Preview, language: Language): Shown {
  const t = BACKUP_WORDS[language]
  const { diff, accounts, history, revocations, certificates } = preview
  const row = (part: keyof typeof t.rows, change: string) =>
    change === '' ? [] : [{ part: t.rows[part], change }]
  const rows = [
    ...row('configuration', diff === '' ? t.asItIs : t.changes),
    ...row('users added', accounts.usersAdded.join(', ')),
    ...row('users removed', accounts.usersRemoved.join(', ')),
    ...row('users changed', accounts.usersChanged.join(', ')),
    ...row('tokens added', accounts.tokensAdded.join(', ')),
    ...row('tokens removed', accounts.tokensRemoved.join(', ')),
    ...row('history', history === 0 ? '' : t.revisions(history)),
    ...row('revocations', revocations === 0 ? '' : t.identities(revocations)),
    ...row('certificates', certificates.length === 0 ? '' : t.notWritten(certificates.join(', '))),
  ]
  return { value: preview, table: rows }
}

function isNothing({ diff, accounts, history, revocations }: Preview): boolean {
  const names = Object.values(accounts).flat()
  return diff === '' && names.length + history + revocations === 0
}

/** Under names of our own: what the backup calls them is only told, never used as a path. */
async function extract(
  container: string,
  passphrase: string,
  folder: string,
  language: Language,
): Promise<number> {
  const { certificates } = decodeContent((await unseal(container, passphrase)).content)
  certificates.forEach(({ path, text }, index) => {
    const name = `certificate-${index + 1}.pem`
    writeNewFile(join(folder, name), `# ${JSON.stringify(path)}\n${text}`, language)
  })
  return certificates.length
}

function read(file: string, language: Language): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usage(BACKUP_WORDS[language].cannotRead(file, errorMessage(error)))
  }
}

function usage(message: string): SallyportError {
  return new SallyportError('usage', message)
}
