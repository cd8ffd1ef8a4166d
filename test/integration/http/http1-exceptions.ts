// HTTP/1.1 cases that cannot hold while node:http parses requests: why, and what holds instead.

import type { Http1Exception } from './http1-case.ts'

export const http1Exceptions: Readonly<Record<string, Http1Exception>> = {}
