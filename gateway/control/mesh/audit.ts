// What the mesh tells the audit trail besides what its certificate authority does: who came, who left, who was refused.

import type { CaAuditEvent } from '../ca/audit.ts'

/** `actor`: the SPIFFE id that was proved, or the address of a stranger; `control` for what happens by itself. */
export interface MeshAuditEvent extends Omit<CaAuditEvent, 'kind'> {
  readonly kind:
    | 'mesh_join'
    | 'mesh_renew'
    | 'mesh_register'
    | 'mesh_drain'
    | 'mesh_deregister'
    | 'mesh_watch'
    | 'mesh_expire'
    | 'mesh_suspect'
    | 'mesh_guard_on'
    | 'mesh_guard_off'
    /** Not let in at all: no certificate, a bad one, too many requests. */
    | 'mesh_refusal'
}

export type MeshAudit = (event: MeshAuditEvent) => void
