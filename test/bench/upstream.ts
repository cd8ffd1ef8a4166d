// The service behind every proxy: the same small JSON answer for every request, from nginx or from Node.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxPaths } from './arms/nginx.ts'
import type { Command } from './processes.ts'
import type { Program } from './programs.ts'
import { ANSWER } from './traffic.ts'

/** `nginx` null: a server on this Node answers instead, at a higher cost to the CPU it shares with the generator. */
export function upstreamCommand(nginx: Program | null, parent: string, port: number): Command {
  const folder = join(parent, 'upstream')
  mkdirSync(folder)
  if (nginx === null) {
    const script = join(import.meta.dirname, 'node-upstream.ts')
    return { program: process.execPath, args: [script, String(port)] }
  }
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxUpstream(folder, port))
  return { program: nginx.path, args: ['-e', 'stderr', '-c', file] }
}

function nginxUpstream(folder: string, port: number): string {
  return `daemon off;
worker_processes 1;
error_log stderr crit;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  ${nginxPaths(folder)}
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / { default_type application/json; return 200 '${ANSWER}'; }
  }
}
`
}
