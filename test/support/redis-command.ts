// One command to one Redis server, on a connection of its own.

import { Redis } from 'ioredis'

/** On loopback; `password` of the default user, if it has one. */
export interface RedisAddress {
  readonly port: number
  readonly password?: string
}

/** The reply; rejects with the server's error, and where the server cannot be reached. */
export async function redisCommand(
  server: number | RedisAddress,
  name: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  const client = new Redis({
    host: '127.0.0.1',
    ...(typeof server === 'number' ? { port: server } : server),
    protocol: 2,
    lazyConnect: true,
    // A server that loads, or wants a password, is asked all the same.
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  })
  // The command itself rejects, too.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}
