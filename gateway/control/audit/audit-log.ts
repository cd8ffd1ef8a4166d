// The audit on disk: append-only files of chained lines. What cannot be written down must not be done.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { chain, NO_HASH, type AuditEntry, type AuditEvent } from './entry.ts'
import { exportAudit, type ExportForm } from './export.ts'
import type { AuditFilter } from './filter.ts'
import { searchAudit, type AuditPage } from './search.ts'
import { auditFiles, fileName, firstFault, type AuditFault } from './verify.ts'

/** A file is closed at this size, and the oldest of this many is forgotten. */
const MAX_FILE_BYTES = 16 * 1024 * 1024
const MAX_FILES = 256
/** Kept free for the entry of something that was begun when the disk still had room. */
const RESERVE_BYTES = 64 * 1024
const RESERVE = 'reserve'

export interface AuditLogOptions {
  readonly folder: string
  readonly clock: Pick<Clock, 'wallMs'>
  /** For tests. */
  readonly maxFileBytes?: number
}

export class AuditLog {
  readonly #folder: string
  readonly #clock: Pick<Clock, 'wallMs'>
  readonly #maxFileBytes: number
  #file: number
  #number: number
  #sequence = 0
  #previous = NO_HASH

  /** Goes on where the files end; half a line of a crash is set aside in a `.torn` file and told in the next entry. */
  constructor({ folder, clock, maxFileBytes = MAX_FILE_BYTES }: AuditLogOptions) {
    this.#folder = folder
    this.#clock = clock
    this.#maxFileBytes = maxFileBytes
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#number = auditFiles(folder).at(-1) ?? 1
    this.#file = this.#open()
    const torn = this.#resume()
    if (torn > 0) this.append(repaired(fileName(this.#number), torn))
  }

  /** Throws `audit_unavailable` where an entry might not find room: then the change it is about must not begin. */
  reserve(): void {
    const path = join(this.#folder, RESERVE)
    try {
      if (isReserved(path)) return
      const file = openSync(path, 'w', 0o600)
      try {
        writeSync(file, Buffer.alloc(RESERVE_BYTES, 0x20))
        fsyncSync(file)
      } catch (error) {
        rmSync(path, { force: true })
        throw error
      } finally {
        closeSync(file)
      }
    } catch (error) {
      const message = `the audit cannot be written, so nothing may be changed: ${errorMessage(error)}`
      throw new SallyportError('audit_unavailable', message, { cause: error })
    }
  }

  /** On disk when it returns. Throws where not even the reserve helped. */
  append(event: AuditEvent): AuditEntry {
    const time = new Date(this.#clock.wallMs()).toISOString()
    const entry = chain(event, this.#sequence + 1, time, this.#previous)
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    if (fstatSync(this.#file).size + line.length > this.#maxFileBytes) this.#next()
    try {
      this.#write(line)
    } catch {
      rmSync(join(this.#folder, RESERVE), { force: true })
      this.#write(line)
    }
    this.#sequence = entry.sequence
    this.#previous = entry.hash
    return entry
  }

  /** Newest first, those below `before` (null: all), at most `limit`. */
  search(before: number | null, limit: number, filter: AuditFilter = {}): AuditPage {
    return searchAudit(this.#folder, before, limit, filter)
  }

  /** Oldest first. */
  export(filter: AuditFilter, form: ExportForm): Readable {
    return exportAudit(this.#folder, filter, form)
  }

  /** The first line that is not what was written, or null where all are. */
  verify(): Promise<AuditFault | null> {
    return firstFault(this.#folder, this.#sequence)
  }

  close(): void {
    closeSync(this.#file)
  }

  #write(line: Buffer): void {
    const { size } = fstatSync(this.#file)
    try {
      for (let at = 0; at < line.length;) at += writeSync(this.#file, line, at)
      fsyncSync(this.#file)
    } catch (error) {
      ftruncateSync(this.#file, size)
      throw error
    }
  }

  #next(): void {
    closeSync(this.#file)
    this.#number += 1
    this.#file = this.#open()
    for (const number of auditFiles(this.#folder).slice(0, -MAX_FILES)) rmSync(this.#path(number))
  }

  #open(): number {
    return openSync(this.#path(this.#number), 'a', 0o600)
  }

  /** Bytes of half a line that were set aside. */
  #resume(): number {
    const bytes = readFileSync(this.#path(this.#number))
    const whole = bytes.lastIndexOf(0x0a) + 1
    const torn = bytes.length - whole
    if (torn > 0) {
      const aside = openSync(`${this.#path(this.#number)}.torn`, 'a', 0o600)
      writeSync(aside, bytes, whole)
      closeSync(aside)
      ftruncateSync(this.#file, whole)
    }
    const [last] = this.search(null, 1).entries
    this.#sequence = last?.sequence ?? 0
    this.#previous = last?.hash ?? NO_HASH
    return torn
  }

  #path(number: number): string {
    return join(this.#folder, fileName(number))
  }
}

function isReserved(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size === RESERVE_BYTES
}

function repaired(file: string, bytes: number): AuditEvent {
  return {
    actor: { kind: 'system', name: 'audit', address: null },
    origin: 'system',
    action: 'audit.repair',
    target: file,
    before: { tornBytes: bytes },
    after: null,
    result: 'ok',
    requestId: '',
  }
}
