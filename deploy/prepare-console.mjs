// Builds the console when the packages are installed, where what builds it was installed, too.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// Without development packages, and in a container before the sources are there, there is nothing to build with or from.
if (existsSync(`${root}node_modules/vite`) && existsSync(`${root}admin-ui/index.html`)) {
  await import('./build-console.mjs')
}
