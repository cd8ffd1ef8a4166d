// The CORS lines C001–C040 of the shared security corpus: those that a decision or the configuration answers.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import {
  decideCors,
  originAllowedForUpgrade,
  type CorsFacts,
} from '../../../gateway/cors/decide.ts'
import type { CorsOptions } from '../../../gateway/cors/options.ts'
import type { CorsPolicy } from '../../../gateway/cors/plan.ts'
import { corsPluginOptions } from '../../../gateway/cors/plugin-options.ts'
import { compiled, policyOf } from './policy-of.ts'

const CORPUS = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const LISTED = policyOf('https://a.com')

function kindOf(facts: Partial<CorsFacts>, policy: CorsPolicy | null = LISTED): string {
  const decision = decideCors(
    {
      method: 'GET',
      origin: 'https://a.com',
      accessControlRequestMethod: null,
      accessControlRequestHeaders: null,
      headers: [],
      ...facts,
    },
    policy,
  )
  return decision.kind === 'preflight_refused' ? decision.reason : decision.kind
}

const PREFLIGHT = { method: 'OPTIONS', accessControlRequestMethod: 'GET' }

/** A foreign origin gets no Access-Control field at all, as a request and as a preflight. */
const foreign = (origin: string) => () => {
  assert.equal(kindOf({ origin }), 'simple_foreign')
  assert.equal(kindOf({ origin, ...PREFLIGHT }), 'origin_not_allowed')
  const options = corsPluginOptions({ kind: 'simple_foreign' }, LISTED)
  assert.deepEqual(options, { origin: [], preflight: false })
}

const refusedAtLoad = (options: CorsOptions) => () => {
  const { policy, problems } = compiled(options)
  assert.equal(policy, null)
  assert.equal(problems[0]?.severity, 'error')
}

const CASES: Readonly<Record<string, () => void>> = {
  C001: foreign('http://a.com'),
  C002: foreign('https://a.com:8443'),
  C003: foreign('https://A.com'),
  C004: foreign('https://a.com.'),
  C005: foreign('https://xa.com'),
  C006: foreign('https://a.com.evil.com'),
  C007: foreign('https://a.com_.evil.com'),
  C008: foreign('https://a.com%60.evil.com'),
  C009: foreign('https://a.com{.evil.com'),
  C010: foreign('https://a.com&.evil.com'),
  C011: foreign('null'),
  C012: refusedAtLoad({ origins: ['null'], credentials: true }),
  C013: foreign(''),
  C014: foreign('https://evil/?https://a.com'),
  C015: foreign('https://xn--80a.com'),
  C016: foreign('file://'),
  C017: foreign('chrome-extension://abcdefghijklmnop'),
  C018: foreign('https://user@a.com'),
  C019: foreign('https://sub.a.com'),
  C021() {
    assert.equal(kindOf({}), 'simple_allowed')
    assert.equal(corsPluginOptions({ kind: 'simple_allowed' }, LISTED).origin, true)
  },
  C022() {
    const policy = policyOf('https://*.a.com')
    assert.equal(kindOf({ origin: 'https://sub.a.com' }, policy), 'simple_allowed')
    assert.equal(kindOf({ origin: 'https://x.sub.a.com' }, policy), 'simple_foreign')
    assert.equal(kindOf({ origin: 'https://a.com' }, policy), 'simple_foreign')
  },
  C023: refusedAtLoad({ origins: '*', credentials: true }),
  C024() {
    for (const origin of ['https://*', '**', 'https://*.com']) {
      refusedAtLoad({ origins: [origin], credentials: true })()
    }
  },
  C025: refusedAtLoad(['/a\\.com$/']),
  C026() {
    const facts = { ...PREFLIGHT, accessControlRequestMethod: 'PURGE' }
    assert.equal(kindOf(facts), 'method_not_allowed')
  },
  C027() {
    const facts = { ...PREFLIGHT, accessControlRequestHeaders: 'x-admin' }
    assert.equal(kindOf(facts), 'header_not_allowed')
  },
  C028() {
    const policy = policyOf({ origins: 'https://a.com', headers: '*' })
    const facts = { ...PREFLIGHT, accessControlRequestHeaders: 'authorization' }
    assert.equal(kindOf(facts, policy), 'header_not_allowed')
  },
  C029() {
    const { policy } = compiled({ origins: 'https://a.com', maxAge: '1000000000s' })
    assert.equal(policy?.maxAgeSeconds, 7200)
  },
  C030() {
    assert.equal(kindOf({ method: 'OPTIONS' }), 'simple_allowed')
  },
  C035() {
    const decision = { kind: 'preflight_refused', reason: 'method_not_allowed' } as const
    assert.deepEqual(corsPluginOptions(decision, LISTED), { origin: [], preflight: false })
  },
  C036() {
    assert.equal(kindOf({ ...PREFLIGHT, origin: null }), 'none')
  },
  C037() {
    const headers = ['access-control-request-private-network', 'true']
    assert.equal(kindOf({ ...PREFLIGHT, headers }), 'private_network_not_allowed')
  },
  C038() {
    const here = { secure: true, host: 'api.a.com', port: null }
    assert.equal(originAllowedForUpgrade({ ...here, origin: 'https://evil.com' }, LISTED), false)
    assert.equal(originAllowedForUpgrade({ ...here, origin: 'https://a.com' }, LISTED), true)
  },
}

/** Answered by the whole gateway, not by a decision. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  C020: 'two Origin fields are refused when the request is parsed',
  C031: 'the order of steps, and what reaches the upstream, need the edge',
  C032: 'upstream Access-Control fields are removed when the answer is forwarded',
  C033: 'Vary is merged when the answer is forwarded',
  C034: 'every error answer needs the edge; plugin-options.test.ts shows it for one 401',
  C039: 'caching is up to Vary, see plugin-options.test.ts, and to forwarding',
  C040: 'the admin API checks for cross-site requests itself',
}

describe('corpus lines', () => {
  for (const [id, check] of Object.entries(CASES)) test(id, check)
})

test(
  'every CORS line of the corpus is answered here or elsewhere',
  { skip: existsSync(CORPUS) ? false : 'the shared corpora are not there' },
  () => {
    const ids = readFileSync(CORPUS, 'utf8').match(/^C\d{3}(?=\t)/gm)
    assert.deepEqual(ids, [...Object.keys(CASES), ...Object.keys(ELSEWHERE)].sort())
  },
)
