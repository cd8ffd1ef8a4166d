// Whether the file of the configuration may be changed from here, or is the source itself and only read.

import { basename } from 'node:path'
import { Type } from 'typebox'
import type { Operation } from '../admin/operation.ts'

export interface SourceDeps {
  /** Path of the file. */
  readonly file: () => string
  /** Why it cannot be written, or null. */
  readonly writeProblem: (file: string) => string | null
}

export function sourceOperations({ file, writeProblem }: SourceDeps): readonly Operation[] {
  return [
    {
      id: 'readConfigSource',
      method: 'GET',
      path: '/api/v1/config/source',
      role: 'viewer',
      scope: 'any',
      summary:
        'Whether changes can be written to the configuration’s file; where not, they are made where the file comes from.',
      answer: Type.Object({
        file: Type.String({ description: 'Its name, without folders.' }),
        isWritable: Type.Boolean(),
        reason: Type.String({ description: 'Why it cannot be written; or empty.' }),
      }),
      run() {
        const path = file()
        const problem = writeProblem(path)
        return { file: basename(path), isWritable: problem === null, reason: reasonOf(problem) }
      },
    },
  ]
}

/** The system's sentence names the path, which is nobody's business but the operator's of the machine. */
function reasonOf(problem: string | null): string {
  return problem === null ? '' : problem.replace(/,? ?\w+ '.*$/, '')
}
