// The programs that tests need besides Node: found, or installed where we may, or named so that a person can.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Program → Debian package. */
const NEEDED = { 'redis-server': 'redis-server', chromium: 'chromium' }
/** Tells Debian's packages not to start what they install. */
const POLICY = '/usr/sbin/policy-rc.d'

/** Resolves to true where everything is there; else says what is missing and how to get it. */
export function provision(env, say) {
  let missing = missingPrograms(env)
  if (missing.length > 0 && process.getuid?.() === 0 && isInstalled('apt-get', env)) {
    say(`installing ${missing.join(', ')} with apt-get\n`)
    install(missing.map((name) => NEEDED[name]))
    missing = missingPrograms(env)
  }
  if (missing.length === 0) return true
  const packages = missing.map((name) => NEEDED[name]).join(' ')
  say(`The tests need ${missing.join(' and ')}. On Debian or Ubuntu: apt-get install ${packages}\n`)
  return false
}

function missingPrograms(env) {
  return Object.keys(NEEDED).filter((name) => !isInstalled(name, env))
}

function isInstalled(name, env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function install(packages) {
  const ownPolicy = !existsSync(POLICY)
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  try {
    spawnSync('apt-get', ['update', '-q'], options)
    spawnSync('apt-get', ['install', '-qy', '--no-install-recommends', ...packages], options)
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true })
  }
}
