// The real disk, read with bounds.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Disk } from './materials.ts'

export const disk: Disk = {
  readFile(path, maxBytes) {
    const stats = statSync(path)
    if (stats.isDirectory()) throw new TypeError('it is a folder')
    // Reading a pipe or a device could last for ever.
    if (!stats.isFile()) throw new TypeError('it is not a regular file')
    if (stats.size > maxBytes) throw new RangeError(`it is larger than ${maxBytes} bytes`)
    return decode(readFileSync(path))
  },
  readFolder: (path) => readdirSync(path),
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new TypeError('it is not UTF-8 text')
  }
}
