// What stands in a row of the table of endpoints.

import type { EndpointView, ServiceView } from '../../api/contract.ts'

/** One endpoint with the service it belongs to. */
export interface EndpointRow {
  readonly service: ServiceView
  readonly endpoint: EndpointView
}
