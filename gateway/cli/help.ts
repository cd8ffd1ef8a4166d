// What `sallyport COMMAND --help` says: what it is for, how it is written, and examples to copy.

import { commands, summaryOf } from './commands.ts'
import type { Language } from './words/language.ts'
import { MAIN_WORDS } from './words/main-words.ts'

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  demo: ['sallyport demo', 'sallyport demo --help'],
  up: [
    'sallyport up -c sallyport.yaml',
    'SALLYPORT_NODE=edge-1 sallyport up -c sallyport.yaml',
    'INITIAL_ADMIN_NAME=alice INITIAL_ADMIN_PASSWORD_FILE=/run/secrets/admin sallyport up -c sallyport.yaml',
  ],
  check: ['sallyport check sallyport.yaml', 'sallyport check sallyport.yaml --lang ja'],
  diff: ['sallyport diff sallyport.yaml', 'sallyport diff 14 --from 12'],
  apply: [
    'sallyport apply sallyport.yaml --dry-run',
    'sallyport apply sallyport.yaml --confirm-within 60s -m "new route"',
  ],
  history: ['sallyport history', 'sallyport history -o json'],
  rollback: ['sallyport rollback', 'sallyport rollback 12 --confirm-within 60s'],
  explain: ['sallyport explain last', 'sallyport explain -- curl https://api.example.com/orders'],
  request: [
    'sallyport request https://api.example.com/orders',
    'sallyport request -- curl -H "x-tenant: acme" https://api.example.com/orders',
  ],
  cors: ['sallyport cors orders --origin https://app.example.com --method PUT --credentials'],
  issuers: ['sallyport issuers', 'sallyport issuers discover https://idp.example.com/'],
  tail: ['sallyport tail --failed', 'sallyport tail --route orders --status 4xx'],
  nodes: ['sallyport nodes', 'sallyport nodes -o json'],
  limits: ['sallyport limits ls', 'sallyport limits ls -o json'],
  egress: [
    'sallyport egress denied',
    'sallyport egress allow api.example.com --from billing --owner team-pay --for 1h',
  ],
  'join-token': [
    'sallyport join-token --service billing',
    'sallyport join-token --service billing --ttl 5m',
  ],
  services: ['sallyport services', 'sallyport services -o json'],
  user: ['sallyport user list', 'sallyport user add alice --role operator'],
  token: ['sallyport token list', 'sallyport token add ci --role viewer --expires 30d'],
  login: ['sallyport login --server https://gw:9443 --user alice', 'sallyport login --forget'],
  doctor: [
    'sallyport doctor --pre -c sallyport.yaml',
    'sallyport doctor --wait 60s --skip upstreams',
  ],
  backup: [
    'sallyport backup -f gateway.backup',
    'sallyport backup -f gateway.backup --certificates --passphrase-file /run/secrets/backup',
  ],
  restore: [
    'sallyport restore gateway.backup',
    'sallyport restore gateway.backup --only accounts --yes',
  ],
  export: ['sallyport export > sallyport.yaml', 'sallyport export -o json'],
  diagnostics: ['sallyport diagnostics', 'sallyport diagnostics -f bundle.txt'],
  completion: ['eval "$(sallyport completion bash)"', 'sallyport completion fish | source'],
  schema: ['sallyport schema > schema.json', 'sallyport schema | head'],
}

/** Rejects where the command cannot be loaded. */
export async function helpOf(name: string, language: Language): Promise<string> {
  const t = MAIN_WORDS[language]
  const { usage } = (await commands.get(name)?.load()) ?? { usage: `sallyport ${name}` }
  const examples = EXAMPLES[name] ?? []
  const shown =
    examples.length === 0
      ? ''
      : `\n${t.examples}:\n${examples.map((line) => `  ${line}\n`).join('')}`
  return `${summaryOf(name, language)}\n\n${t.usage}: ${usage}\n${shown}`
}
