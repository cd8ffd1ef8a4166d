// The console as it was built with this program, for an application that serves the admin API.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { mountConsole, readConsole } from './static-files.ts'

/** In a checkout the sources run beside `dist`; what is published runs inside it. */
const FOLDERS = ['../../../dist/console', '../../../console'].map((path) =>
  resolve(import.meta.dirname, path),
)

/** Adds the console to an application; null where it is not built, which the log is told: then there is the API alone. */
export function consolePages(log: Log): ((app: FastifyInstance) => void) | null {
  const folder = FOLDERS.find((one) => existsSync(one)) ?? FOLDERS[0]!
  try {
    const files = readConsole(folder)
    return (app) => mountConsole(app, files)
  } catch (error) {
    log.warn('the console cannot be served, only its API', { error: errorMessage(error) })
    return null
  }
}
