// The upstream for machines without nginx: `node node-upstream.ts PORT`.

import { createServer } from 'node:http'
import { ANSWER } from './traffic.ts'

const headers = { 'content-type': 'application/json', 'content-length': ANSWER.length }
const server = createServer({ keepAliveTimeout: 300_000 }, (request, response) => {
  request.resume()
  response.writeHead(200, headers).end(ANSWER)
})
server.listen(Number(process.argv[2]), '127.0.0.1')
