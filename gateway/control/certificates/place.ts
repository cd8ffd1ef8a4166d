// Puts a certificate and its key into a folder so that what lies there could be served at every moment, also after a crash.

import { lstatSync, rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { replaceFile } from '../../../sidecar/runtime/replace-file.ts'
import { errorCode } from '../../../sidecar/runtime/errors.ts'
import { publicKeyText } from '../../config/pem.ts'
import { ApiError } from '../admin/api-error.ts'
import type { FolderView } from './folder.ts'

/** Certificate (leaf first) and key, PEM. */
export interface Pair {
  readonly certPem: string
  readonly keyPem: string
}

/** Where a certificate lies: its key in the same file (`keyName` null), or in one of its own. Names in the folder. */
export interface Place {
  readonly certName: string
  readonly keyName: string | null
}

/** One file after another, each replaced whole; null takes it away. */
export type Steps = readonly (readonly [name: string, text: string | null])[]

/**
 * Where the certificate of `file` lies, and what lies there. Throws ApiError where its files hold something else too,
 * or are links, which whoever made them renews.
 */
export function placeOf(view: FolderView, file: string): Place & { readonly before: Pair } {
  const found = view.pairs.find((one) => one.file === file)
  if (found === undefined) throw new ApiError('not_found', `there is no certificate in ${file}`)
  const { chain, keyPem } = found
  const wanted = publicKeyText(chain[0]!)
  const holders = view.files.filter(({ keys }) => keys.some((key) => key.publicKey === wanted))
  const own = view.files.find((one) => one.file === file)!
  const keyFile = holders.find((one) => one.file === file) ?? holders[0]!
  const isAlone =
    holders.length === 1 &&
    keyFile.keys.length === 1 &&
    (keyFile === own || (own.keys.length === 0 && keyFile.certificates.length === 0))
  if (!isAlone) {
    const message = `the files of ${file} hold other keys or certificates, too: replace them by hand`
    throw new ApiError('conflict', message)
  }
  return {
    certName: basename(file),
    keyName: keyFile === own ? null : basename(keyFile.file),
    before: { certPem: own.certificates.map(String).join(''), keyPem },
  }
}

/** From `before` (null: nothing lies there) to `after`; every state in between is a folder that can be served. */
export function stepsOf({ certName, keyName }: Place, before: Pair | null, after: Pair): Steps {
  if (keyName === null || before === null) return [[certName, both(after)]]
  return [
    [certName, both(before)],
    [keyName, both(after)],
    [certName, after.certPem],
    [keyName, after.keyPem],
  ]
}

/** What is there in the end. */
export function outcomeOf(steps: Steps): ReadonlyMap<string, string | null> {
  return new Map(steps)
}

/** Throws ApiError where the folder cannot be written to, or a name in it is a link. */
export async function walk(folder: string, steps: Steps): Promise<void> {
  for (const [name] of steps) refuseLink(resolve(folder, name))
  try {
    for (const [name, text] of steps) {
      const path = resolve(folder, name)
      if (text === null) rmSync(path, { force: true })
      else await replaceFile(path, text)
    }
  } catch (error) {
    const message = `the folder of certificates cannot be written to (${errorCode(error)})`
    throw new ApiError('not_available', `${message}: put the files there by another way`)
  }
}

function both({ certPem, keyPem }: Pair): string {
  return `${certPem}${keyPem}`
}

function refuseLink(path: string): void {
  let isLink = false
  try {
    isLink = lstatSync(path).isSymbolicLink()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  if (!isLink) return
  const message = `${basename(path)} is a link: whatever keeps it is to renew it`
  throw new ApiError('conflict', message)
}
