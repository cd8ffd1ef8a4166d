// A configuration in outline, for people who help from afar: names, numbers and kinds, chosen one by one, and no secret.

import type { AdminPlan } from '../../config/admin.ts'
import type { Plan } from '../../config/plan.ts'

const MAX_ROUTES = 1000

export function planSummary(plan: Plan): object {
  const { production, store, listeners, issuers, services, routes, egress, mesh, metrics } = plan
  return {
    production,
    store:
      store.kind === 'embedded'
        ? 'embedded'
        : { redis: store.topology.kind, tls: store.tls !== null },
    listeners: listeners.map(({ name, host, port, tls, http2 }) => {
      const certificates = tls?.certificates.map(({ names, notAfterMs }) => {
        return { names, notAfter: new Date(notAfterMs).toISOString() }
      })
      return { name, host, port, http2, certificates: certificates ?? 'no TLS' }
    }),
    issuers: issuers.map(({ name, jwks, algorithms }) => ({ name, keys: jwks.kind, algorithms })),
    services: services.map(({ name, endpoints, balance }) => {
      return { name, endpoints: endpoints.length, balance }
    }),
    routes: routes.slice(0, MAX_ROUTES).map(({ name, match, auth, cors, limits, to }) => ({
      name,
      path: match.path.template,
      auth: auth === null ? 'public' : auth.issuers.map((issuer) => issuer.name),
      cors: cors !== null,
      limits: limits.beforeAuth.length + limits.afterAuth.length,
      to: to.map(({ service }) => service.name),
    })),
    routesInAll: routes.length,
    egress: egress && {
      mode: egress.mode,
      rules: egress.rules.length,
      external: [...egress.external.keys()],
      tokens: egress.tokens.length,
    },
    mesh: mesh && {
      trustDomain: mesh.trustDomain,
      authority: mesh.ca.kind,
      rules: [...mesh.authorize.values()].flat().length,
    },
    admin: adminSummary(plan.admin),
    metrics: metrics !== null,
  }
}

function adminSummary(admin: AdminPlan): object | 'off' {
  if (admin.kind === 'off') return 'off'
  const { host, port, tls, oidc } = admin
  return { host, port, certificate: tls === null ? 'generated' : 'given', oidc: oidc !== null }
}
