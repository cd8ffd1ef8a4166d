// The end of learning is written down once, by the clock alone, whether control ran at that moment or not.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { FolderDocuments } from '../../../../gateway/control/documents/folder-documents.ts'
import { LearningEnd } from '../../../../gateway/control/egress/learning-end.ts'
import type { AuditEvent } from '../../../../gateway/control/audit/entry.ts'
import { planOf } from '../../allow/plan-of.ts'
import { ManualClock, settled } from '../../auth/manual-clock.ts'
import { quiet } from '../config/fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-learning-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const START_MS = Date.parse('2030-06-15T12:00:00Z')
const HOUR_MS = 3_600_000
const LEARNING = planOf({ mode: 'learn', learnUntil: '2030-06-15T13:00:00Z' })

function started(name: string, startMs = START_MS) {
  const clock = new ManualClock(startMs)
  const events: AuditEvent[] = []
  const documents = new FolderDocuments(join(folder, name))
  const record = (event: AuditEvent): void => void events.push(event)
  return { clock, events, end: new LearningEnd({ clock, log: quiet, documents, record }) }
}

suite('the end of learning', () => {
  test('is one line of the audit, at its time and not before', async () => {
    const { clock, events, end } = started('once')
    end.use(LEARNING)
    await clock.advance(HOUR_MS - 1)
    assert.deepEqual(events, [])
    await clock.advance(1)
    assert.deepEqual(
      events.map(({ action, target, after: now }) => [action, target, now]),
      [['endLearning', 'egress', { mode: 'enforce', learnUntil: '2030-06-15T13:00:00.000Z' }]],
    )
    end.use(planOf({}))
    end.use(LEARNING)
    await clock.advance(HOUR_MS)
    assert.equal(events.length, 1)
  })

  test('that nobody saw is written down by who comes next, once', async () => {
    for (const count of [1, 0]) {
      const { clock, events, end } = started('late', START_MS + 2 * HOUR_MS)
      end.use(LEARNING)
      await clock.advance(1)
      assert.equal(events.length, count)
    }
  })

  test('does not come where somebody enforces, or learns on, before it', async () => {
    const { clock, events, end } = started('never')
    end.use(LEARNING)
    end.use(planOf({}))
    await clock.advance(2 * HOUR_MS)
    end.use(LEARNING)
    await settled()
    end.close()
    assert.equal(clock.pending, 0)
    assert.equal(events.length, 1)
  })
})
