// The kinds of traffic that are compared.

export type ScenarioName = 'bare' | 'bare-tls' | 'jwt-tls' | 'jwt-tls-unique'

export interface Scenario {
  readonly name: ScenarioName
  readonly title: string
  /** true: TLS 1.3 with a P-256 certificate; false: cleartext. */
  readonly tls: boolean
  /** How many different RS256 tokens go round; 0: no token and no CORS. */
  readonly tokens: number
  /** The arm ratios refer to, where it takes part. */
  readonly base: string
  /** true: measured only when named on the command line. */
  readonly optional: boolean
}

export const scenarios: readonly Scenario[] = [
  { name: 'bare', title: 'cleartext', tls: false, tokens: 0, base: 'nginx', optional: false },
  { name: 'bare-tls', title: 'TLS 1.3', tls: true, tokens: 0, base: 'nginx', optional: false },
  {
    name: 'jwt-tls',
    title: 'TLS 1.3, one RS256 token, CORS',
    tls: true,
    tokens: 1,
    base: 'haproxy',
    optional: false,
  },
  {
    name: 'jwt-tls-unique',
    title: 'TLS 1.3, 2000 RS256 tokens in turn, CORS',
    tls: true,
    tokens: 2000,
    base: 'haproxy',
    optional: true,
  },
]
