// What the demo tells people, and that the README tells the same.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { DEMO_PORTS, guide, trials, type DemoFacts } from '../../../gateway/demo/guide.ts'

const FACTS: DemoFacts = {
  folder: '/tmp/demo',
  issuer: 'http://127.0.0.1:4000/',
  token: 'a.b.c',
  ports: DEMO_PORTS,
  setupToken: 'once',
  sidecars: [
    { service: 'orders', app: 4001, inbound: 5001, outbound: 6001 },
    { service: 'billing', app: 4002, inbound: 5002, outbound: 6002 },
  ],
  startMs: 2345.6,
}

test('the README shows every line of the demo with its answer, as the demo prints them', () => {
  const readme = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8')
  assert.ok(readme.includes(`\`\`\`sh\n${trials(DEMO_PORTS)}\`\`\`\n`), 'copy the lines anew')
})

test('the guide says where everything is', () => {
  const text = guide(FACTS)
  const places = [
    ['https://localhost:8443', 'http://127.0.0.1:3128', 'http://partner.example:8088'],
    ['http://127.0.0.1:4001', 'http://127.0.0.1:4002', FACTS.issuer],
    ['/tmp/demo/sallyport.yaml', '/tmp/demo/logs', 'mTLS in on 5001', 'way out on 6002'],
    ['ready after 2.3 s', 'Ctrl-C', 'https://localhost:9443/setup#token=once'],
  ].flat()
  for (const place of places) assert.ok(text.includes(place), place)
})

test('what it exports survives the shell, whatever the folder is called', () => {
  const folder = `/tmp/it's "mine" $HOME`
  const lines = guide({ ...FACTS, folder }).match(/^export .*$/gm) ?? []
  const script = `${lines.join('\n')}\nprintf '%s|%s|%s' "$DEMO" "$SALLYPORT_DATA_DIR" "$TOKEN"`
  const seen = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
  assert.equal(seen, `${folder}|${folder}/data|a.b.c`)
})
