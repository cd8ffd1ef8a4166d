// `sallyport join-token` and `sallyport services`: the mesh from the command line.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand } from './api-command.ts'

interface Instance {
  readonly service: string
  readonly instance: string
  readonly address: string
  readonly port: number
  readonly status: string
  readonly healthy: boolean
  readonly version: string | null
  readonly zone: string | null
}

export const joinToken = apiCommand('join-token', {
  usage: '--service NAME [--ttl 10m]',
  options: { service: { type: 'string' }, ttl: { type: 'string' } },
  async ask({ values, positionals }, call, { talk }) {
    const service = values['service']
    if (typeof service !== 'string' || positionals.length > 0) {
      throw new SallyportError('usage', 'name the service: --service NAME')
    }
    const ttl = values['ttl']
    const body = { service, ...(typeof ttl === 'string' ? { ttl } : {}) }
    const made = (await call('POST', '/api/v1/join-tokens', body)) as {
      token: string
      expiresAtMs: number
    }
    talk(`good for one sidecar of ${service}, until ${new Date(made.expiresAtMs).toISOString()}\n`)
    return { value: made, table: `${made.token}\n` }
  },
})

export const services = apiCommand('services', {
  usage: '',
  async ask({ positionals }, call) {
    if (positionals.length > 0) throw new SallyportError('usage', 'this takes no arguments')
    const answer = (await call('GET', '/api/v1/instances')) as { items: readonly Instance[] }
    const rows = answer.items.map(
      ({ service, instance, address, port, status, healthy, version, zone }) => ({
        service,
        instance,
        address: `${address.includes(':') ? `[${address}]` : address}:${port}`,
        status,
        app: healthy ? 'well' : 'away',
        version: version ?? '-',
        zone: zone ?? '-',
      }),
    )
    return { value: answer, table: rows }
  },
})
