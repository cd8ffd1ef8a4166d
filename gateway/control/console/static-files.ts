// The console's built files, held in memory: the page for every path of it, and assets whose names change with their content.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

/** More than the console will ever be: whatever is larger is not the console. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_FILES = 500
/** Smaller answers gain nothing. */
const GZIP_FROM_BYTES = 1024
const PAGE = 'index.html'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}
const COMPRESSED: ReadonlySet<string> = new Set(['.html', '.js', '.css', '.svg'])

/** Scripts, styles and calls from here alone, and nobody may frame the page. */
export const CONSOLE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const SETUP_PAGE = /^\/setup\/?$/
/** Hidden names, climbing and doubled slashes, however they are spelled: no page of the console is called so. */
const NO_PAGE = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e)|\/\/|\\|%5c/i

interface ConsoleFile {
  readonly type: string
  readonly tag: string
  readonly plain: Buffer
  /** null where it would be no smaller. */
  readonly gzip: Buffer | null
}

/** By path below the folder, with `/` in front: `/assets/main-abc.js`. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>

/** Throws SallyportError `console_missing` where the folder holds no console. */
export function readConsole(folder: string): ConsoleFiles {
  const files = new Map<string, ConsoleFile>()
  let bytes = 0
  for (const path of pathsBelow(folder)) {
    const type = TYPES[extname(path)]
    if (type === undefined) continue
    bytes += statSync(path).size
    if (bytes > MAX_BYTES || files.size === MAX_FILES) throw missing(folder, 'holds too much')
    files.set(`/${relative(folder, path).split(sep).join('/')}`, read(path, type))
  }
  if (!files.has(`/${PAGE}`)) throw missing(folder, `has no ${PAGE}`)
  return files
}

/**
 * Adds the console to an application that does not listen yet. `/api/…` and `/openapi.json` stay what they are; every
 * other path that looks like a page is the page. `isSetUp`: there is nothing to set up any more, so that page is 404.
 */
export function mountConsole(
  app: FastifyInstance,
  files: ConsoleFiles,
  isSetUp: () => Promise<boolean>,
): void {
  const page = files.get(`/${PAGE}`)!
  for (const [path, file] of files) {
    if (file !== page) app.get(path, (request, reply) => send(request, reply, file, cacheOf(path)))
  }
  app.get('/*', async (request, reply) => {
    const [path = ''] = request.url.split('?', 1)
    const isPage = !/\.[a-z0-9]+$/i.test(path) && !NO_PAGE.test(path)
    if (path.startsWith('/api/') || !isPage) return reply.callNotFound()
    reply.header('content-security-policy', CONSOLE_POLICY)
    // Who follows the printed link again still reads in words why there is nothing.
    if (SETUP_PAGE.test(path) && (await isSetUp())) reply.code(404)
    return send(request, reply, page, 'no-store')
  })
}

/** Names of assets carry a hash of what they hold; the rest is asked for again each time. */
function cacheOf(path: string): string {
  return path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

function send(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, tag, plain, gzip }: ConsoleFile,
  cache: string,
): FastifyReply {
  reply.headers({ 'content-type': type, 'cache-control': cache, vary: 'accept-encoding' })
  if (cache !== 'no-store') reply.header('etag', tag)
  if (headers['if-none-match'] === tag) return reply.code(304).send()
  const takesGzip = /(?:^|[\s,])gzip(?:$|[\s,;])/.test(headers['accept-encoding'] ?? '')
  if (gzip === null || !takesGzip) return reply.send(plain)
  return reply.header('content-encoding', 'gzip').send(gzip)
}

function read(path: string, type: string): ConsoleFile {
  const plain = readFileSync(path)
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
  const isWorth = COMPRESSED.has(extname(path)) && plain.length >= GZIP_FROM_BYTES
  return { type, tag, plain, gzip: isWorth ? gzipSync(plain, { level: 9 }) : null }
}

function pathsBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    throw missing(folder, 'cannot be read')
  }
}

function missing(folder: string, why: string): SallyportError {
  return new SallyportError('console_missing', `the console is not built: ${folder} ${why}`)
}
