// What the control plane says about itself: its API and its version.

import { Type } from 'typebox'
import { openApi } from './openapi.ts'
import type { Operation } from './operation.ts'

/** `operations`: all of them, these included. */
export function systemOperations(
  version: string,
  operations: () => readonly Operation[],
): readonly Operation[] {
  return [
    {
      id: 'readOpenApi',
      method: 'GET',
      path: '/openapi.json',
      role: 'viewer',
      scope: 'any',
      summary: 'This API, described in OpenAPI 3.1.',
      answer: Type.Object({ openapi: Type.String() }),
      run: () => openApi(operations(), version),
    },
    {
      id: 'readVersion',
      method: 'GET',
      path: '/api/v1/system/version',
      role: 'viewer',
      scope: 'any',
      summary: 'The version of the gateway.',
      answer: Type.Object({ version: Type.String() }),
      run: () => ({ version }),
    },
  ]
}
