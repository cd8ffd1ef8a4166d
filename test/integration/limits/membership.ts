// Who shares the limits, as Redis has it: when every worker has been heard of, and when all of them know so.

import { redisCommand } from '../../support/redis-command.ts'
import { until } from '../../support/until.ts'

const INSTANCES = 'sallyport:{0}:instances'

/** Every worker is connected to the store. */
export async function allConnected(redisPort: number, workers: number): Promise<void> {
  await until(`${workers} workers in Redis`, async () => {
    return (await redisCommand(redisPort, 'ZCARD', INSTANCES)) === workers
  })
}

/** Every worker has been told of all the others: it was heard of after all of them were there. */
export async function allKnown(redisPort: number, workers: number): Promise<void> {
  await allConnected(redisPort, workers)
  const [seconds] = (await redisCommand(redisPort, 'TIME')) as readonly string[]
  await until('second word of every worker', async () => {
    const late = await redisCommand(
      redisPort,
      'ZCOUNT',
      INSTANCES,
      Number(seconds) * 1000 + 1000,
      '+inf',
    )
    return late === workers
  })
}
