// Reads one secret from standard input: a line of a pipe, or keys of a terminal that shows nothing of them.

import { readSync } from 'node:fs'
import { isatty, ReadStream } from 'node:tty'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

const STDIN = 0
const MAX_BYTES = 8192

/** Resolves with the line without its end; throws `usage` where there is none. Never an argument: others can read those. */
export type ReadSecret = (prompt: string, talk: (text: string) => void) => Promise<string>

export const readSecret: ReadSecret = async (prompt, talk) => {
  const line = isatty(STDIN) ? await fromTerminal(prompt, talk) : fromPipe()
  if (line === '') throw new SallyportError('usage', `${prompt}: standard input is empty`)
  return line
}

/** Byte by byte: the next line is the next secret. */
function fromPipe(): string {
  const line: number[] = []
  const byte = Buffer.alloc(1)
  while (line.length < MAX_BYTES && readSync(STDIN, byte) > 0 && byte[0] !== 0x0a) {
    line.push(byte[0]!)
  }
  return Buffer.from(line).toString().replace(/\r$/, '')
}

function fromTerminal(prompt: string, talk: (text: string) => void): Promise<string> {
  const terminal = new ReadStream(STDIN)
  terminal.setRawMode(true)
  talk(`${prompt}: `)
  let line = ''
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      terminal.setRawMode(false)
      terminal.destroy()
      talk('\n')
      end()
    }
    terminal.setEncoding('utf8')
    terminal.on('data', (text: string) => {
      for (const key of text) {
        if (key === '\r' || key === '\n') return settle(() => resolve(line))
        if (key === '\u0003' || key === '\u0004') {
          return settle(() => reject(new SallyportError('usage', 'given up')))
        }
        if (key === '\u007f' || key === '\b') line = Array.from(line).slice(0, -1).join('')
        else if (line.length < MAX_BYTES) line += key
      }
    })
  })
}
