// What the demo tells people: what is where, and what to try with the answer that is to be expected.

/** Stands for a host on the internet. */
export const PARTNER_HOST = 'partner.example'
/** Where nothing else is there already. */
export const DEMO_PORTS: GuidePorts = { edge: 8443, console: 9443, egress: 3128, partner: 8088 }

export interface DemoFacts {
  readonly folder: string
  readonly issuer: string
  /** May read orders, and nothing else. */
  readonly token: string
  readonly ports: GuidePorts
  /** Makes the first administrator; null where it could not be read. */
  readonly setupToken: string | null
  readonly sidecars: readonly SidecarFacts[]
  /** From the start until everything answered. */
  readonly startMs: number
}

export interface GuidePorts {
  readonly edge: number
  readonly console: number
  readonly egress: number
  readonly partner: number
}

export interface SidecarFacts {
  readonly service: string
  readonly app: number
  readonly inbound: number
  readonly outbound: number
}

/** A command and what comes of it: its statuses in order, or words that it shows. */
interface Step {
  readonly expect: string
  readonly because: string
  readonly command: string
}

export function guide(facts: DemoFacts): string {
  const { folder, token, startMs } = facts
  return `
The demo runs, ready after ${(startMs / 1000).toFixed(1)} s. Ctrl-C ends all of it.

${formatPlaces(facts)}

To try it, in another terminal and this directory:

export DEMO='${folder.replaceAll("'", "'\\''")}'
export SALLYPORT_DATA_DIR="$DEMO/data"
export TOKEN=${token}

${trials(facts.ports)}`
}

/** The steps as a person can paste them into a shell: `# EXPECTED: why`, and the command. */
export function trials(ports: GuidePorts): string {
  return [...edgeSteps(ports), ...egressSteps(ports), ...controlSteps()]
    .map(({ expect, because, command }) => `# ${expect}: ${because}\n${command}\n`)
    .join('\n')
}

function formatPlaces({ folder, issuer, ports, sidecars, setupToken }: DemoFacts): string {
  const setup = setupToken === null ? '' : `setup#token=${setupToken}`
  const places = [
    ['edge', `https://localhost:${ports.edge}`, 'tokens, CORS and limits, in front of the mesh'],
    ['console', `https://localhost:${ports.console}/${setup}`, ''],
    ...sidecars.map(({ service, app, inbound, outbound }) => [
      service,
      `http://127.0.0.1:${app}`,
      `its sidecar: mTLS in on ${inbound}, the app's way out on ${outbound}`,
    ]),
    ['egress', `http://127.0.0.1:${ports.egress}`, 'the way out, which nothing passes unasked'],
    ['partner', `http://${PARTNER_HOST}:${ports.partner}`, 'stands for a host on the internet'],
    ['identity', issuer, 'a sample identity provider'],
    ['file', `${folder}/sallyport.yaml`, 'edit it: it is live within a second'],
    ['logs', `${folder}/logs`, ''],
  ] as const
  // The longest one is alone in its line.
  const width = Math.max(...places.map(([, where = '', what]) => (what === '' ? 0 : where.length)))
  return places
    .map(([name = '', where = '', what = '']) =>
      `${name.padEnd(10)}${where.padEnd(width + 2)}${what}`.trimEnd(),
    )
    .join('\n')
}

function edgeSteps({ edge }: GuidePorts): Step[] {
  const url = `https://localhost:${edge}`
  const curl = 'curl -sS -i --cacert "$DEMO/ca.pem"'
  const bearer = '-H "Authorization: Bearer $TOKEN"'
  return [
    { expect: '200', because: 'hello is open to everybody', command: `${curl} ${url}/hello` },
    { expect: '401', because: 'orders want a token', command: `${curl} ${url}/orders/7` },
    {
      expect: '403',
      because: 'the token does not grant billing:read',
      command: `${curl} ${bearer} ${url}/invoices/7`,
    },
    {
      expect: '200',
      because:
        'edge calls orders, orders calls billing; each is told who called, from a certificate',
      command: `${curl} ${bearer} ${url}/orders/7`,
    },
    {
      expect: '403',
      because: "the token is good, but no rule lets anybody DELETE; orders' sidecar says so",
      command: `${curl} ${bearer} -X DELETE ${url}/orders/7`,
    },
    {
      expect: '204',
      because: 'a browser asks first, and the edge answers',
      command: `${curl} -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: GET' ${url}/orders/7`,
    },
    {
      expect: '200 200 200 200 200 429',
      because: 'five searches in any minute, not six',
      command: `curl -sS -o /dev/null -w '%{http_code} ' --cacert "$DEMO/ca.pem" ${bearer} '${url}/search?q=[1-6]'`,
    },
  ]
}

function egressSteps({ egress, partner }: GuidePorts): Step[] {
  const host = `${PARTNER_HOST}:${partner}`
  const command = `curl -sS -i -x http://127.0.0.1:${egress} http://${host}/`
  return [
    { expect: '403', because: 'nothing goes out that no rule allows', command },
    {
      expect: `shows ${PARTNER_HOST}`,
      because: 'what was refused, to whom and why',
      command: 'npx sallyport egress denied',
    },
    {
      expect: 'shows allow-anonymous',
      because: 'the rule that lets it through, in the file too',
      command: `npx sallyport egress allow ${host} --from anonymous --owner me`,
    },
    { expect: '200', because: 'and now it passes', command },
  ]
}

function controlSteps(): Step[] {
  return [
    {
      expect: 'shows orders, billing',
      because: 'who is in the mesh',
      command: 'npx sallyport services',
    },
    {
      expect: `shows ${PARTNER_HOST}`,
      because: 'what was changed, when and by whom',
      command: 'npx sallyport history',
    },
  ]
}
