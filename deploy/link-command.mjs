// Makes `npx sallyport` work in a checkout: npm links a package's own bin only where it is installed as a dependency.
import { mkdirSync, rmSync, symlinkSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}node_modules/.bin`
if (existsSync(`${root}node_modules`)) {
  mkdirSync(folder, { recursive: true })
  rmSync(`${folder}/sallyport`, { force: true })
  symlinkSync('../../gateway/sallyport.mjs', `${folder}/sallyport`)
}
