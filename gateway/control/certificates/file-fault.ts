// Whether the configuration's file, as it lies there now, would be taken over at all: its certificates are read anew with it.

import { readFile } from 'node:fs/promises'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { LoadResult } from '../../config/load.ts'

/** The first error that is not about TLS material, in words; null where there is none. */
export async function fileFault(
  file: string,
  check: (text: string) => Promise<LoadResult>,
): Promise<string | null> {
  try {
    const result = await check(await readFile(file, 'utf8'))
    if (result.kind !== 'refused') return null
    const fault = result.problems.find(
      ({ severity, path }) => severity === 'error' && !path.includes('tls'),
    )
    return fault?.message ?? null
  } catch (error) {
    return errorMessage(error)
  }
}
