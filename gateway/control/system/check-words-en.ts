// What checks say in English.

export interface Saying {
  /** What was found. */
  readonly detail: string
  /** What to do; empty where there is nothing to do. */
  readonly hint: string
}

function fine(detail: string): Saying {
  return { detail, hint: '' }
}

function told(detail: string, hint: string): Saying {
  return { detail, hint }
}

export type CheckWords = typeof CHECK_WORDS_EN

export const CHECK_WORDS_EN = {
  tooSlow: (seconds: number) =>
    told(
      `no answer within ${seconds} s`,
      'look at the network and the load of this machine, then try again',
    ),
  broken: (reason: string) =>
    told(
      `the check itself failed: ${reason}`,
      'try again; then report it with a diagnostics bundle',
    ),
  notRunning: (reason: string) =>
    told(
      `the gateway does not answer: ${reason}`,
      'start it with `sallyport up -c FILE`, or check the file alone with `--pre`',
    ),
  nodeGood: (version: string) => fine(`Node ${version}`),
  nodeOld: (version: string) =>
    told(
      `Node ${version} lacks TLS fixes that client certificates depend on`,
      'use Node 24.18 or later',
    ),
  filesGood: (limit: number) => fine(`${limit} files may be open at once`),
  filesUnknown: () => fine('the limit of open files is not known on this system'),
  filesFew: (limit: number, wanted: number) =>
    told(
      `only ${limit} files may be open at once: every connection takes one`,
      `raise it to ${wanted} or more: \`ulimit -n ${wanted}\`, or LimitNOFILE= of the service`,
    ),
  portFree: (count: number) => fine(`every port is free (${count})`),
  portOurs: (count: number) => fine(`every port answers (${count})`),
  portTaken: (door: string, reason: string) =>
    told(
      `${door} cannot be listened on: ${reason}`,
      'end the program that has it, or write another port',
    ),
  portSilent: (door: string, reason: string) =>
    told(
      `nobody answers at ${door}: ${reason}`,
      'look for this listener in the log of the gateway',
    ),
  configGood: (file: string) => fine(`${file} is valid`),
  configWarned: (count: number, first: string) =>
    told(
      `valid, but with warnings (${count}); the first: ${first}`,
      'see them all with `sallyport check FILE`',
    ),
  configRefused: (count: number, first: string) =>
    told(
      `not valid, problems: ${count}; the first: ${first}`,
      'see them all with `sallyport check FILE`',
    ),
  driftNone: () => fine('the file says what is served'),
  driftFound: (file: string) =>
    told(
      `${file} says something else than what is served`,
      'look with `sallyport diff FILE`, then `sallyport apply FILE`, or take back the edit',
    ),
  driftUnread: (reason: string) =>
    told(`the file cannot be read: ${reason}`, 'make it readable for the user of the gateway'),
  waiting: (until: string) =>
    told(
      `the latest change is taken back at ${until} unless somebody confirms it`,
      'keep it with `sallyport apply --confirm`',
    ),
  expiryGood: (days: number) => fine(`every certificate is valid for ${days} days or more`),
  expiryRenewed: () => fine('every certificate is renewed by itself, in time'),
  expirySoon: (file: string, days: number) =>
    told(
      `${file} expires in ${days} days`,
      'renew it; the folder is watched, a restart is not needed',
    ),
  expired: (file: string, day: string) =>
    told(`${file} expired on ${day}`, 'replace it now: clients refuse it'),
  acmeGood: (listener: string) => fine(`the authority of ${listener} issues its certificate`),
  acmeWaiting: (listener: string) =>
    told(`the authority of ${listener} has issued nothing yet`, 'look with `sallyport certs acme`'),
  acmeFailed: (listener: string, reason: string, nextAt: string) =>
    told(
      `no certificate was issued for ${listener}: ${reason} (tried again at ${nextAt})`,
      'once that is mended: `sallyport certs renew LISTENER`',
    ),
  namesGood: () => fine('every host of a route has a certificate'),
  namesMissing: (hosts: string, listener: string) =>
    told(
      `no certificate of ${listener} is for ${hosts}`,
      'add one for these names to the folder of the listener',
    ),
  chainGood: (count: number) => fine(`every certificate has its chain (${count})`),
  chainShort: (files: string) =>
    told(
      `the issuer’s certificate is missing in ${files}`,
      'add the intermediate certificates behind the leaf, or some clients will refuse',
    ),
  keysGuarded: () => fine('private keys are readable by their owner alone'),
  keysOpen: (files: string) => told(`others may read these keys: ${files}`, 'chmod 600 them'),
  caDevelopment: () =>
    told(
      'the mesh uses a development authority that was made here',
      'give it one of yours with `mesh.ca` before it matters',
    ),
  caGood: (days: number) => fine(`the mesh authority is valid for ${days} days`),
  caSoon: (days: number) =>
    told(
      `the mesh authority expires in ${days} days`,
      'replace it with `mesh.ca`: identities cannot outlive it',
    ),
  caExpired: () =>
    told('the mesh authority has expired', 'replace it with `mesh.ca` now: no sidecar can renew'),
  identitiesGood: (count: number) => fine(`every instance is heard of and healthy (${count})`),
  identitiesNone: () => fine('no instance has joined yet'),
  identitiesBad: (instances: string) =>
    told(
      `not healthy or not heard of: ${instances}`,
      'look at the sidecar of each: `curl 127.0.0.1:15000/ready` beside it',
    ),
  storeEmbedded: () => fine('embedded: this node works alone'),
  storeAway: (reason: string) =>
    told(
      `the store does not answer: ${reason}`,
      'check its address, its password and the way there',
    ),
  storeGood: (ms: string) => fine(`the store answers in ${ms} ms`),
  storeSlow: (ms: string) =>
    told(`the store takes ${ms} ms to answer`, 'bring it nearer: limits wait for it'),
  scriptsGood: () => fine('the store runs scripts'),
  scriptsRefused: (reason: string) =>
    told(
      `the store refuses scripts: ${reason}`,
      'allow EVAL to the user that the gateway signs in as',
    ),
  evictionGood: () => fine('the store throws nothing away'),
  evictionUnknown: () => fine('the store would not say what it throws away'),
  evictionBad: (policy: string) =>
    told(
      `the store throws keys away when it is full (${policy})`,
      'set maxmemory-policy to noeviction: counts and revisions must not vanish',
    ),
  clockGood: (ms: number) => fine(`the clock is within ${ms} ms of the store’s`),
  clockOff: (ms: number) =>
    told(
      `the clock is ${ms} ms off the store’s`,
      'run a time service (chrony, systemd-timesyncd) on every machine',
    ),
  issuerInline: (issuer: string) => fine(`${issuer}: its keys stand in the configuration`),
  issuerGood: (issuer: string, keys: number) => fine(`${issuer}: the keys it has now (${keys})`),
  issuerBehind: (issuer: string) =>
    told(
      `${issuer} has other keys than those in force`,
      'nothing: they are read again within ten minutes, and at the first unknown key',
    ),
  issuerAway: (issuer: string, reason: string) =>
    told(
      `the keys of ${issuer} cannot be read: ${reason}`,
      'check its address and the way there; keys that are known stay in force for 24 h',
    ),
  issuerNone: (issuer: string) =>
    told(
      `there are no keys of ${issuer}: its tokens are answered 503`,
      'check its address and the way there',
    ),
  upstreamsGood: (count: number) => fine(`every endpoint takes connections (${count})`),
  upstreamsSkipped: (count: number, shown: number) =>
    fine(`${shown} of ${count} endpoints were tried`),
  upstreamSome: (service: string, endpoints: string) =>
    told(
      `${service}: no connection to ${endpoints}; others serve`,
      'start it, or take it out of the service',
    ),
  upstreamNone: (service: string, endpoints: string) =>
    told(`${service}: no connection to ${endpoints}`, 'start the service, or correct its address'),
  egressNone: () => fine('there is no egress gateway in the configuration'),
  egressEnforced: () => fine('rules are enforced, as configured'),
  egressNotEnforced: (mode: string) =>
    told(
      `calls without a rule are let through: the mode is ${mode}`,
      'write `mode: enforce` once the rules are complete',
    ),
  egressDiffers: (configured: string, enforced: string) =>
    told(
      `configured is ${configured}, in force is ${enforced}`,
      'look in the log why the latest revision is not in force',
    ),
  denyProven: (callers: number) =>
    fine(`a host without a rule is refused, whoever calls (${callers} asked)`),
  denyOpen: (callers: string) =>
    told(
      `a host without a rule would be let through for ${callers}`,
      'look for a rule that names every host, or a mode that is not enforce',
    ),
  insideClosed: () => fine('metadata and loopback addresses cannot be dialled'),
  insideOpen: (addresses: string) =>
    told(
      `opened by \`egress.network.allow\`: ${addresses}`,
      'take that range out unless it is meant',
    ),
  adminOff: () => fine('only the control socket: nobody reaches it over the network'),
  adminHere: (at: string) => fine(`the console is reached from this machine alone (${at})`),
  adminOpen: (at: string) =>
    fine(`the console is on the network at ${at}, with a certificate of yours`),
  adminGenerated: (at: string) =>
    told(
      `the console is on the network at ${at} with a generated certificate`,
      'give it one that browsers know: `admin.tls`',
    ),
  adminExpiry: (days: number) =>
    told(`the certificate of the console expires in ${days} days`, 'replace it: `admin.tls`'),
  usersGood: (count: number) => fine(`users: ${count}; there is no default password`),
  usersNone: () =>
    told(
      'nobody has set up the console yet',
      'open the address that the gateway printed at its start',
    ),
  usersUnread: () =>
    told(
      'the accounts cannot be read',
      'look in the log; local access by the control socket goes on',
    ),
  tokensGood: (count: number) => fine(`API tokens: ${count}, none of them forgotten`),
  tokensIdle: (names: string) =>
    told(`not used for 90 days: ${names}`, 'remove them with `sallyport token remove ID`'),
  tokensEnding: (names: string) =>
    told(
      `expire within 7 days: ${names}`,
      'make new ones with `sallyport token add NAME --role ROLE`',
    ),
  spaceGood: (free: string) => fine(`${free} are free for the audit and revisions`),
  spaceLittle: (free: string, folder: string) =>
    told(
      `only ${free} are free at ${folder}`,
      'make room: without it no change is accepted, because none can be audited',
    ),
  folderGood: () => fine('the data folder is the gateway’s own'),
  folderOpen: (folder: string) =>
    told(`others may look into ${folder}`, 'chmod 700 it: keys and accounts are in there'),
  folderLocked: (folder: string) =>
    told(`${folder} cannot be written`, 'give it to the user that runs the gateway'),
  nodesGood: (count: number) => fine(`every node serves the same revision (${count})`),
  nodesBad: (nodes: string) =>
    told(`not serving what the fleet serves: ${nodes}`, 'see why with `sallyport nodes`'),
  nodesAway: (reason: string) =>
    told(`the nodes cannot be listed: ${reason}`, 'see the group `store`'),
  versionsGood: (version: string) => fine(`every node runs ${version}`),
  versionsMixed: (versions: string) =>
    told(
      `the nodes run different versions: ${versions}`,
      'finish the upgrade: nodes of one version understand each other best',
    ),
  skewGood: () => fine('the clocks of the nodes agree'),
  skewFound: (nodes: string) =>
    told(`clocks that are off: ${nodes}`, 'run a time service on every machine'),
}
