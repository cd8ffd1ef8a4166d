// The contents of the files and folders a configuration names, so that it can be compiled where those are not at hand.

import { dirname, resolve } from 'node:path'
import { errorMessage } from '../../sidecar/runtime/errors.ts'

export type FileContent = { readonly text: string } | { readonly error: string }
export type FolderContent = { readonly names: readonly string[] } | { readonly error: string }

/** Plain data, fit for JSON. Keys are paths as written in the configuration. */
export interface Materials {
  /** Wall-clock time of reading, by which certificates are judged: a later compilation must not decide otherwise. */
  readonly readAtMs: number
  readonly files: Readonly<Record<string, FileContent>>
  readonly folders: Readonly<Record<string, FolderContent>>
}

export interface MaterialReader {
  readonly readAtMs: number
  file(path: string): FileContent
  folder(path: string): FolderContent
}

/** Where contents come from; both throw where there is nothing to be had. */
export interface Disk {
  /** UTF-8 text of at most `maxBytes`. */
  readonly readFile: (path: string, maxBytes: number) => string
  /** Names of the entries. */
  readonly readFolder: (path: string) => readonly string[]
}

/** Why something that is not there cannot be read. */
export const MISSING = 'there is no such file or folder'

const MAX_FILE_BYTES = 1024 * 1024
const MAX_FOLDER_ENTRIES = 1000

export function readMaterials(materials: Materials): MaterialReader {
  const missing = { error: 'was not read with the configuration' }
  return {
    readAtMs: materials.readAtMs,
    file: (path) => own(materials.files, path) ?? missing,
    folder: (path) => own(materials.folders, path) ?? missing,
  }
}

/** Reads from disk, each path once, and remembers everything for `materials` and `sources`. */
export class MaterialCollector implements MaterialReader {
  readonly readAtMs: number
  readonly #disk: Disk
  readonly #folder: string
  readonly #files = new Map<string, FileContent>()
  readonly #folders = new Map<string, FolderContent>()
  readonly #sources = new Set<string>()

  constructor(configFile: string, disk: Disk, nowMs: number) {
    this.readAtMs = nowMs
    this.#disk = disk
    this.#folder = dirname(resolve(configFile))
  }

  file(path: string): FileContent {
    return remembered(this.#files, path, () => ({ text: this.#read(path) }))
  }

  folder(path: string): FolderContent {
    return remembered(this.#folders, path, () => {
      const names = this.#disk.readFolder(this.#source(path)).toSorted()
      if (names.length > MAX_FOLDER_ENTRIES) {
        throw new RangeError(`it has more than ${MAX_FOLDER_ENTRIES} entries`)
      }
      return { names }
    })
  }

  /** Like `file`, for what is put into the configuration's own text and so is no material. */
  secretFile(path: string): FileContent {
    return attempt(() => ({ text: this.#read(path) }))
  }

  materials(): Materials {
    return {
      readAtMs: this.readAtMs,
      files: Object.fromEntries(this.#files),
      folders: Object.fromEntries(this.#folders),
    }
  }

  /** Absolute paths of everything that was looked at, there or not. */
  sources(): readonly string[] {
    return [...this.#sources]
  }

  #read(path: string): string {
    return this.#disk.readFile(this.#source(path), MAX_FILE_BYTES)
  }

  #source(path: string): string {
    const absolute = resolve(this.#folder, path)
    this.#sources.add(absolute)
    return absolute
  }
}

function remembered<Content extends object>(
  cache: Map<string, Content | { readonly error: string }>,
  path: string,
  read: () => Content,
): Content | { readonly error: string } {
  const known = cache.get(path)
  if (known !== undefined) return known
  const content = attempt(read)
  cache.set(path, content)
  return content
}

function attempt<Content extends object>(
  read: () => Content,
): Content | { readonly error: string } {
  try {
    return read()
  } catch (error) {
    return { error: reason(error) }
  }
}

/** Without the path, which the message names as it was written. */
function reason(error: unknown): string {
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
      return MISSING
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'EISDIR':
      return 'it is a folder'
    case 'ENOTDIR':
      return 'it is not a folder'
    default:
      return errorMessage(error)
  }
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
