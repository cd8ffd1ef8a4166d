// Q001–Q013: pretending to be somebody else.

import assert from 'node:assert/strict'
import { connectRaw } from '../../support/raw-client.ts'
import { ask } from './client.ts'
import type { Bench, BypassCase } from './bypass-case.ts'

const PER_IP = 'auth: public, limits: [ 2/min per ip ]'

/** After two requests as oneself, the disguise must not help; where it is none, `isOther` shows that the count is alive. */
function disguise(id: string, name: string, value: string): BypassCase {
  return {
    id,
    route: PER_IP,
    check: async ({ port }, path) => {
      await useUp(port, path)
      const { status } = await ask(port, { path, headers: { [name]: value } })
      assert.equal(status, 429)
    },
  }
}

async function useUp(port: number, path: string, headers: Record<string, string> = {}) {
  for (const wanted of [200, 200, 429]) {
    assert.equal((await ask(port, { path, headers })).status, wanted)
  }
}

const forwarded = (value: string): Record<string, string> => ({ 'x-forwarded-for': value })

/** Behind a trusted hop: `same` count as `base`, `other` does not. */
function hop(id: string, base: string, same: readonly string[], other: string): BypassCase {
  return {
    id,
    route: PER_IP,
    check: async ({ hopPort }: Bench, path) => {
      await useUp(hopPort, path, forwarded(base))
      for (const address of same) {
        const { status } = await ask(hopPort, { path, headers: forwarded(address) })
        assert.equal(status, 429, address)
      }
      assert.equal((await ask(hopPort, { path, headers: forwarded(other) })).status, 200, other)
    },
  }
}

export const IDENTITY_CASES: readonly BypassCase[] = [
  disguise('Q001', 'X-Forwarded-For', '203.0.113.7'),
  disguise('Q002', 'X-Forwarded-For', '203.0.113.7, 198.51.100.2, 10.0.0.1'),
  disguise('Q003', 'X-Real-IP', '203.0.113.7'),
  disguise('Q004', 'Forwarded', 'for=203.0.113.7;proto=https'),
  disguise('Q005', 'CF-Connecting-IP', '203.0.113.7'),
  disguise('Q006', 'True-Client-IP', '203.0.113.7'),
  {
    id: 'Q007',
    route: PER_IP,
    check: async ({ port }, path) => {
      await useUp(port, path)
      // Refused for its name, or counted like any other.
      const { status } = await ask(port, { path, headers: { X_Forwarded_For: '203.0.113.7' } })
      assert.ok(status === 429 || status === 400, `${status}`)
    },
  },
  {
    id: 'Q008',
    route: PER_IP,
    check: async ({ port, reached }, path) => {
      const raw = await connectRaw(port)
      raw.send(
        `PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\nGET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`,
      )
      const [answer] = await raw.answers(1)
      raw.destroy()
      assert.equal(answer!.status, 400)
      assert.ok(!reached().includes(path))
    },
  },
  hop('Q009', '192.0.2.1', ['::ffff:192.0.2.1', '::FFFF:c000:201'], '192.0.2.2'),
  hop('Q010', '2001:db8::1', ['2001:DB8::2', '2001:db8:0:0:ffff::9'], '2001:db8:0:1::1'),
  {
    id: 'Q011',
    exception:
      'an IPv6 address counts with its /64 and there is no option for more; against who owns a /56, add a limit that does not count per ip',
  },
  {
    id: 'Q012',
    route: 'auth: public, ip: { allow: ["10.0.0.0/8"] }, limits: [ 2/min per ip ]',
    check: async ({ port }, path) => {
      for (const value of ['10.0.0.1', '127.0.0.1, 10.0.0.1']) {
        assert.equal((await ask(port, { path, headers: forwarded(value) })).status, 403)
      }
    },
  },
  // Hops are a number here by design; what a client writes in front of them changes nothing.
  hop(
    'Q013',
    '192.0.2.1',
    ['203.0.113.7, 192.0.2.1', '192.0.2.2, 192.0.2.1'],
    '192.0.2.1, 192.0.2.2',
  ),
]
