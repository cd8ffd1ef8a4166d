// Pebble, a real certificate authority for tests, that finds every host on this machine and asks one port of it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestCa } from '../../support/certificates.ts'
import { freePort } from '../../support/free-port.ts'
import { until } from '../../support/until.ts'

/** Why it cannot be had here, or false. */
export function pebbleMissing(): string | false {
  const missing = ['pebble', 'pebble-challtestsrv'].filter(
    (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error !== undefined,
  )
  if (missing.length === 0) return false
  return `${missing.join(' and ')} needed: on Debian or Ubuntu \`apt-get install pebble\`, else build github.com/letsencrypt/pebble`
}

export interface Pebble {
  readonly directory: string
  /** Whom its own address is verified by, PEM. */
  readonly caPem: string
  /** Root of what it issues, PEM. */
  root(): Promise<string>
  close(): Promise<void>
}

/** `tlsPort`: where it asks for every host. */
export async function startPebble(tlsPort: number): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pebble-'))
  const ca = await createTestCa('pebble')
  const own = await ca.issue(['localhost', '127.0.0.1'])
  writeFileSync(join(folder, 'cert.pem'), own.certPem)
  writeFileSync(join(folder, 'key.pem'), own.keyPem)
  const [listen, manage, dns, tools] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${listen}`,
      managementListenAddress: `127.0.0.1:${manage}`,
      certificate: join(folder, 'cert.pem'),
      privateKey: join(folder, 'key.pem'),
      httpPort: await freePort(),
      tlsPort,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
    },
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '']
  const names = ['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${tools}`]
  const resolver = start('pebble-challtestsrv', [...names, ...off], {})
  const args = ['-config', join(folder, 'config.json'), '-dnsserver', `127.0.0.1:${dns}`]
  // It refuses some nonces, as real ones do.
  const pebble = start('pebble', args, { PEBBLE_VA_NOSLEEP: '1', PEBBLE_VA_ALWAYS_VALID: '0' })
  const root = async (): Promise<string> => {
    const { get } = await import('node:https')
    return new Promise((done, fail) => {
      const url = `https://127.0.0.1:${manage}/roots/0`
      get(url, { ca: ca.certPem }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => done(text))
      }).on('error', fail)
    })
  }
  const close = async (): Promise<void> => {
    await Promise.all([end(pebble), end(resolver)])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await until('an answer of pebble', async () => (await root().catch(() => '')) !== '')
  } catch (error) {
    await close()
    throw error
  }
  return { directory: `https://127.0.0.1:${listen}/dir`, caPem: ca.certPem, root, close }
}

function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
