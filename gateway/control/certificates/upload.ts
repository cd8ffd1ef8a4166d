// Puts an uploaded certificate to work: checked, written, and told as done when clients are shown it.

import { X509Certificate } from 'node:crypto'
import type { Plan } from '../../config/plan.ts'
import { ApiError } from '../admin/api-error.ts'
import { serialOf } from './describe.ts'
import {
  folderOf,
  readerOf,
  tlsListeners,
  viewFolder,
  type FolderContext,
  type FolderView,
  type TlsListener,
} from './folder.ts'
import { outcomeOf, placeOf, stepsOf, walk, type Pair, type Steps } from './place.ts'
import type { CertificateFault, UploadBody } from './schemas.ts'
import { judge, readPair, unroutedNames, type UploadedPair } from './upload-check.ts'

/** What is going to be written, and how to take it back. */
export interface Planned {
  readonly listener: TlsListener
  readonly pair: UploadedPair
  /** As in plans. */
  readonly file: string
  /** Absolute. */
  readonly folder: string
  readonly steps: Steps
  readonly undo: Steps
  readonly oldSerial: string | null
  readonly isServed: boolean
  readonly warnings: readonly CertificateFault[]
}

export interface UploadContext extends FolderContext {
  readonly plan: Plan
  /** Of keys that were made here and wait for their certificates, PEM. */
  readonly keptKeys: string
  readonly resolve: (path: string) => string
}

/** Throws ApiError with every fault; nothing is written. */
export function planUpload(body: UploadBody, context: UploadContext): Planned {
  const { plan } = context
  const listener = tlsListeners(plan.listeners).find(({ name }) => name === body.listener)
  if (listener === undefined) {
    throw new ApiError('not_found', `there is no listener ${body.listener} that serves TLS`)
  }
  const pair = readPair(body, context.keptKeys)
  const folder = folderOf(listener)
  const reader = readerOf(context)
  const isRenewed = listener.tls.acme !== null
  const here = { ...context, isRenewed }
  const where = whereTo(body, pair, viewFolder(folder, reader, here))
  const files = outcomeOf(where.steps)
  const place = { folder, files, file: where.file }
  const { isServed, warnings } = judge(pair, place, reader, here, body.confirmExpired ?? false)
  const routes = plan.routes.filter(
    ({ listeners }) => listeners === null || listeners.includes(listener.name),
  )
  return {
    ...where,
    listener,
    pair,
    folder: context.resolve(folder),
    isServed,
    warnings: [...warnings, ...unroutedNames(pair.names, routes).map(unrouted)],
  }
}

/** Whether every listener of the folder serves it in this plan. */
export function isIn(plan: Plan, { file, pair, listener }: Planned): boolean {
  const wanted = pair.chain[0]!.fingerprint256
  const folder = folderOf(listener)
  return tlsListeners(plan.listeners)
    .filter((one) => folderOf(one) === folder)
    .every(({ tls }) =>
      tls.certificates.some(
        (one) => one.file === file && new X509Certificate(one.certPem).fingerprint256 === wanted,
      ),
    )
}

export function write({ folder, steps }: Planned): Promise<void> {
  return walk(folder, steps)
}

export function takeBack({ folder, undo }: Planned): Promise<void> {
  return walk(folder, undo)
}

function whereTo(
  { replaces, name }: UploadBody,
  pair: UploadedPair,
  view: FolderView,
): Pick<Planned, 'file' | 'steps' | 'undo' | 'oldSerial'> {
  const after: Pair = { certPem: pair.certPem, keyPem: pair.keyPem }
  if (replaces !== undefined) {
    const file = replaces.replace(/^listener:/, '')
    const { before, ...place } = placeOf(view, file)
    return {
      file,
      steps: stepsOf(place, before, after),
      undo: stepsOf(place, after, before),
      oldSerial: serialOf(new X509Certificate(before.certPem)),
    }
  }
  const own = `${name?.replace(/\.pem$/i, '') ?? fileNameOf(pair.names[0] ?? 'certificate')}.pem`
  const file = `${view.folder}/${own}`
  if (view.files.some((one) => one.file === file)) {
    const message = `${file} is there already: send \`replaces: "listener:${file}"\`, or another name`
    throw new ApiError('conflict', message)
  }
  return {
    file,
    steps: [[own, after.certPem + after.keyPem]],
    undo: [[own, null]],
    oldSerial: null,
  }
}

/** `*.a.example` and `::1` are no names of files everywhere. */
function fileNameOf(name: string): string {
  return name.replace(/^\*/, '_wildcard').replaceAll(':', '-').slice(0, 63)
}

function unrouted(name: string): CertificateFault {
  return {
    severity: 'warning',
    message: `no route of the listener is for ${name}`,
    fix: 'check the name, or add the route',
  }
}
