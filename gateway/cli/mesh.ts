// `sallyport join-token`: lets a new sidecar into the mesh.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand } from './api-command.ts'

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
