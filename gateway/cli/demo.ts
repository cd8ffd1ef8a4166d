import type { Command } from './command.ts'
export const demo: Command = { summary: 'x', usage: 'x', options: {}, run: () => Promise.resolve(0) }
