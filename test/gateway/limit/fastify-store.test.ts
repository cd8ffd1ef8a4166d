import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyRequest } from 'fastify'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { LimitTicket, pluginStore } from '../../../gateway/limit/fastify-store.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { limitPlan, startLimiter, subject } from './plans.ts'

const limiter = startLimiter(new EmbeddedStore({ clock: systemClock }))
after(() => limiter.close())

async function application() {
  const app = fastify()
  await app.register(rateLimit, { global: false, store: pluginStore(limiter) })
  after(() => app.close())
  return app
}

test('several limits are one decision of the plugin, which carries it', async () => {
  const app = await application()
  const plans = [
    limitPlan({ count: 5, perMs: 60_000 }, null, null, { id: 'five', name: 'five' }),
    limitPlan({ count: 3, perMs: 60_000 }, null, null, { id: 'three', name: 'three' }),
  ]
  const check = app.createRateLimit({
    // The plugin hands the key to the store as it is.
    keyGenerator: (request: FastifyRequest) => new LimitTicket(plans, subject(request.ip)) as never,
  })
  app.get('/', (request) =>
    check(request).then(({ key }) => {
      const { decision } = key as unknown as LimitTicket
      return { verdict: decision?.verdict, rule: decision?.rule }
    }),
  )
  const answers: unknown[] = []
  for (let i = 0; i < 4; i++) answers.push((await app.inject('/')).json())
  const allowed = { verdict: 'allow', rule: '' }
  assert.deepEqual(answers, [allowed, allowed, allowed, { verdict: 'deny', rule: 'three' }])
})

test('with a plain key it limits as the plugin is told', async () => {
  const app = await application()
  const options = { max: 2, timeWindow: 60_000, keyGenerator: () => 'plain' }
  app.get('/', { config: { rateLimit: options } }, () => 'ok')
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await app.inject('/')).statusCode)
  assert.deepEqual(statuses, [200, 200, 429, 429])
  const { headers } = await app.inject('/')
  assert.equal(headers['x-ratelimit-remaining'], '0')
  assert.ok(Number(headers['retry-after']) >= 59)
})
