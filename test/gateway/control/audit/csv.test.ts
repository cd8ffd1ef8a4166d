// A table of the audit holds every value, and a spreadsheet takes none of them for a formula.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvHead, csvLine } from '../../../../gateway/control/audit/csv.ts'
import { chain, NO_HASH, type AuditEvent } from '../../../../gateway/control/audit/entry.ts'

function line(event: Partial<AuditEvent>): string {
  const whole: AuditEvent = {
    actor: { kind: 'user', name: 'root', address: '192.0.2.1' },
    origin: 'ui',
    action: 'addUser',
    target: '',
    before: null,
    after: null,
    result: 'ok',
    requestId: 'id',
    ...event,
  }
  return csvLine(chain(whole, 7, '2030-01-01T00:00:00.000Z', NO_HASH))
}

test('values stand in quotes, and what is in them moves no column and no line', () => {
  const text = line({ target: 'a,"b"\r\nc', after: { x: 'y,"z"' } })
  assert.match(
    text,
    /^"7","2030-01-01T00:00:00.000Z","root","user","192.0.2.1","ui","addUser","a,""b""\r\nc","","\{""x"":""y,\\""z\\""""\}","ok","id","[0-9a-f]{64}"\r\n$/,
  )
})

test('nothing is taken for a formula', () => {
  const payloads = [
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-2+3',
    '@SUM(1)',
    '\t=1+1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u00a0=1',
    '\u3000=1',
    '\u200b=1',
    '\ufeff=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '−1',
    '|x',
    '%0A=1',
  ]
  for (const payload of payloads) {
    const name = { kind: 'user', name: payload, address: null }
    for (const text of [line({ target: payload }), line({ actor: name })]) {
      assert.ok(text.includes(`"'${payload}`), JSON.stringify(payload))
    }
  }
  assert.ok(line({ target: 'user/=1' }).includes('"user/=1"'))
})

test('the head is in the language that was asked for, readable by spreadsheets', () => {
  assert.ok(csvHead('en').startsWith('\ufeff"sequence","time (UTC)","who"'))
  assert.ok(csvHead('ja').startsWith('\ufeff"番号","日時（UTC）","実行者"'))
})
