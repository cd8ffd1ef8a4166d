// nginx as a reverse proxy: one worker, upstream keep-alive, HTTP/1.1 to the upstream, no access log.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../programs.ts'
import type { Arm, ArmSetup } from './arm.ts'

export const nginx: Arm = {
  name: 'nginx',
  // Checking tokens is not part of the open-source edition.
  scenarios: ['bare', 'bare-tls'],
  find: (searchPath) => findProgram('nginx', '-v', searchPath),
  configure(program, setup) {
    const file = join(setup.folder, 'nginx.conf')
    writeFileSync(file, configuration(setup))
    return { program: program.path, args: ['-e', 'stderr', '-c', file] }
  },
}

/** Directives that keep every scratch file of nginx below `folder`. */
export function nginxPaths(folder: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n  ')
}

function configuration({ folder, scenario, materials, port, upstreamPort }: ArmSetup): string {
  const tls = `
    ssl_certificate ${materials.certFile};
    ssl_certificate_key ${materials.keyFile};
    ssl_protocols TLSv1.3;`
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
  upstream orders {
    server 127.0.0.1:${upstreamPort};
    keepalive 128;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port}${scenario.tls ? ' ssl' : ''} backlog=1024;${scenario.tls ? tls : ''}
    location / {
      proxy_pass http://orders;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`
}
