// The demo's configuration file.

import { PARTNER_HOST } from './guide.ts'

export interface DemoAddresses {
  readonly edge: number
  readonly console: number
  readonly egress: number
  readonly control: number
  readonly issuer: string
  /** `ADDRESS:PORT` */
  readonly nameServer: string
}

export function configuration({
  edge,
  console,
  egress,
  control,
  issuer,
  nameServer,
}: DemoAddresses): string {
  return `# The demo's configuration: edit and save it while the demo runs, and see it go live.
workers: 2

issuers:
  demo: ${issuer}

listeners:
  - { name: public, bind: "127.0.0.1:${edge}", tls: { certs: ./certs } }

# Where their instances are, the registry of the mesh knows.
services:
  orders: { mesh: true }
  billing: { mesh: true }

routes:
  - name: hello
    match: localhost/hello
    to: orders
    auth: public

  - name: orders
    match: localhost/orders/*
    to: orders
    auth: { issuer: demo, audience: orders-api, scope: "orders:read", forward: { x-user: sub } }
    cors: https://app.example.com
    limits: [ 100/min per sub ]

  - name: search
    match: localhost/search
    to: orders
    auth: { issuer: demo, audience: orders-api, scope: "orders:read", forward: { x-user: sub } }
    limits: [ 5/min per sub ]

  - name: invoices
    match: localhost/invoices/*
    to: billing
    auth: { issuer: demo, audience: orders-api, scope: "billing:read" }

admin: { bind: "127.0.0.1:${console}" }

mesh:
  trustDomain: demo.internal
  bind: 127.0.0.1:${control}
  # What no rule allows is refused by the sidecar of the service that is called, whatever the routes say.
  authorize:
    - { name: read-orders, to: orders, from: [edge], methods: [GET], paths: [/hello, "/orders/*", /search] }
    - { name: read-invoices, to: billing, from: [edge, orders], methods: [GET], paths: ["/invoices/*"] }

egress:
  plain: 127.0.0.1:${egress}
  # ${PARTNER_HOST} stands for a host on the internet, but is on this machine: the demo's own name server says so.
  dns: [ "${nameServer}" ]
  network: { allow: [ 127.0.0.1/32 ] }
  rules: []

telemetry: { accessLog: all }
`
}
