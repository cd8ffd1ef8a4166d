// A configuration with something of everything, and a hundred questions to whoever serves it.

import { join } from 'node:path'
import { callApi, type ApiTarget } from '../../../gateway/cli/api-client.ts'
import type { TestGateway } from '../../support/gateway.ts'

const ROUTES = Array.from({ length: 20 }, (_, index) => {
  const access = index % 3 === 0 ? 'public' : '{ issuer: idp, audience: shop }'
  return `  - { name: r${index}, match: "shop.example.com/r${index}/*", to: "http://127.0.0.1:1", auth: ${access}, cors: "https://app.example.com" }`
})
/** `issuer`: YAML of it. The secret of egress stands in the variable PLANTED. */
export const askedConfiguration = (issuer: string): string => `# The shop.
workers: 1
issuers: { idp: ${issuer} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
${ROUTES.join('\n')}
egress:
  plain: 127.0.0.1:0
  rules: [ { name: pay, from: [billing], allow: [ api.stripe.com, "*.s3.amazonaws.com:443" ], owner: team-pay } ]
  external: [ { host: api.mail.example, headers: { authorization: "Bearer \${env:PLANTED}" } } ]
`
export const targetOf = ({ folder }: TestGateway): ApiTarget => ({
  kind: 'socket',
  path: join(folder, 'data/control.sock'),
})

/** A hundred questions: routes, methods, origins, ways out. */
function questions(): readonly object[] {
  const http = Array.from({ length: 80 }, (_, index) => ({
    http: {
      method: ['GET', 'POST', 'OPTIONS', 'DELETE'][index % 4],
      url: `http://${index % 7 === 0 ? 'other' : 'shop'}.example.com/r${index % 25}/x`,
      headers:
        index % 4 === 2
          ? [
              { name: 'origin', value: `https://${index % 3 ? 'app' : 'evil'}.example.com` },
              { name: 'access-control-request-method', value: 'POST' },
            ]
          : [],
    },
  }))
  const hosts = ['api.stripe.com', 'x.s3.amazonaws.com', 'evil.example', '169.254.169.254']
  const egress = Array.from({ length: 20 }, (_, index) => ({
    egress: {
      from: index % 2 ? 'billing' : 'orders',
      to: `${hosts[index % 4]}:${443 + (index % 3)}`,
    },
  }))
  return [...http, ...egress]
}

/** What is the same for the same configuration, whenever and wherever it is asked. */
export async function answersOf(target: ApiTarget): Promise<readonly string[]> {
  const told: string[] = []
  for (const question of questions()) {
    const answer = (await callApi(target, 'POST', '/api/v1/explain', question)) as {
      steps: readonly { step: string; reason: string; rule: string; line?: number }[]
    }
    told.push(JSON.stringify({ ...answer, id: '', atMs: 0, revision: 0 }))
  }
  return told
}
