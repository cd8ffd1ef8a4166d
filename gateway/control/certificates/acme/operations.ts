// Certificates that an authority issues, in the admin API: how each is, and ordering one now.

import { Type } from 'typebox'
import type { Operation } from '../../admin/operation.ts'
import type { Acme } from './acme.ts'
import { AcmeCertificate, AcmePage } from './schemas.ts'

export function acmeOperations(acme: Acme): readonly Operation[] {
  return [
    {
      id: 'listAcmeCertificates',
      method: 'GET',
      path: '/api/v1/certificates/acme',
      role: 'viewer',
      summary: 'Certificates that an authority issues by itself (ACME), of this node.',
      answer: AcmePage,
      run: () => ({ items: acme.list() }),
    },
    {
      id: 'renewAcmeCertificate',
      method: 'POST',
      path: '/api/v1/certificates/acme::renew',
      role: 'admin',
      summary: 'Orders a certificate now; how it goes is told by the list and the audit.',
      body: Type.Object(
        { listener: Type.String({ minLength: 1, maxLength: 64 }) },
        { additionalProperties: false },
      ),
      answer: AcmeCertificate,
      status: 202,
      run({ body, change }) {
        const { listener } = body as { listener: string }
        change({ target: `certificate/${listener}/acme` })
        return acme.renew(listener)
      },
    },
  ]
}
