// Every check there is, for one configuration.

import type { CheckContext } from '../check-context.ts'
import type { Check } from '../check.ts'
import { checkAdmin } from './admin.ts'
import { checkConfig } from './config.ts'
import { checkDisk } from './disk.ts'
import { checkEgress } from './egress.ts'
import { checkFleet } from './fleet.ts'
import { checkKeys } from './keys.ts'
import { checkMesh } from './mesh.ts'
import { checkNode } from './node.ts'
import { checkPorts } from './ports.ts'
import { checkStore } from './store.ts'
import { checkTls } from './tls.ts'
import { checkUpstreams } from './upstreams.ts'

/** Those that need a configuration answer nothing where it is refused: the check of the configuration says why. */
export function allChecks(context: CheckContext): readonly Check[] {
  return [
    { group: 'node', run: () => checkNode(context) },
    { group: 'ports', run: () => checkPorts(context) },
    { group: 'config', run: () => checkConfig(context) },
    { group: 'tls', run: () => checkTls(context) },
    { group: 'mesh', run: () => checkMesh(context) },
    { group: 'store', run: () => checkStore(context) },
    { group: 'keys', run: () => checkKeys(context) },
    { group: 'upstreams', run: () => checkUpstreams(context) },
    { group: 'egress', run: () => checkEgress(context) },
    { group: 'admin', run: () => checkAdmin(context) },
    { group: 'disk', run: () => checkDisk(context) },
    { group: 'fleet', run: () => checkFleet(context) },
  ]
}
