// The operational log: one JSON object a line on stderr, for people and log collectors alike.

import type { Clock } from '../runtime/clock.ts'
import { printable } from './printable.ts'
import type { LineWriter } from './line-writer.ts'

export type LogFields = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** `part` tells which process spoke: `supervisor`, `worker-1`, … */
export function createLog(writer: LineWriter, clock: Clock, part: string): Log {
  const write = (level: string, message: string, fields: LogFields = {}): void => {
    const entry: Record<string, unknown> = {
      time: new Date(clock.wallMs()).toISOString(),
      level,
      part,
      message: printable(message, 2000),
    }
    for (const [name, value] of Object.entries(fields)) {
      entry[name] = printableField(value)
    }
    writer.write(JSON.stringify(entry))
  }
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}

function printableField(value: LogFields[string]): unknown {
  if (typeof value === 'string') return printable(value, 4000)
  return Array.isArray(value) ? value.map((text) => printable(String(text), 4000)) : value
}
