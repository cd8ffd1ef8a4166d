// What these pages read.

import type { AcmePage, CertificatePage, MeshAuthority } from '../../api/contract.ts'
import type { Resource } from '../../api/resource.ts'

export const CERTIFICATES_PATH = '/api/v1/certificates'

/** Everything but the identities of the mesh, of which there may be thousands. `due`: only what runs out by then. */
export function certificates(due: string, after: string): Resource<CertificatePage> {
  const kinds = 'listener,client-ca,admin,mesh-ca,upstream'
  return page({ kind: kinds, dueWithinDays: due, cursor: after })
}

/** Identities that instances of the mesh are known by. */
export function identities(after: string): Resource<CertificatePage> {
  return page({ kind: 'identity', cursor: after })
}

/** Those that an authority issues by itself, of this node. */
export const ACME: Resource<AcmePage> = { path: `${CERTIFICATES_PATH}/acme` }

export const AUTHORITY: Resource<MeshAuthority> = { path: '/api/v1/mesh/authority' }

function page(fields: Readonly<Record<string, string>>): Resource<CertificatePage> {
  const query = new URLSearchParams({ limit: '500' })
  for (const [name, value] of Object.entries(fields)) if (value !== '') query.set(name, value)
  return { path: `${CERTIFICATES_PATH}?${query}` }
}
