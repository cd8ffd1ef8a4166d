// A way to a server that can be made slow, silent or broken while the server itself is well.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * `pass`: every chunk arrives `delayMs` later, each way. `silent`: connections stand, new ones too, but nothing passes,
 * and those that stood then stay so for ever. `refuse`: connections are reset and new ones refused.
 */
export type ProxyMode =
  | { readonly kind: 'pass'; readonly delayMs: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'refuse' }

export class TcpProxy {
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null
  #mode: ProxyMode = { kind: 'pass', delayMs: 0 }
  port = 0

  constructor(target: number) {
    this.#target = target
  }

  /** Takes effect at once, for connections that stand as well. */
  async set(mode: ProxyMode): Promise<void> {
    this.#mode = mode
    if (mode.kind === 'refuse') await this.close()
    else if (this.#server === null) await this.open()
  }

  async open(): Promise<void> {
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** Resets every connection. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await closed
  }

  #accept(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1')
    const isLost = { value: this.#mode.kind === 'silent' }
    this.#join(near, far, isLost)
    this.#join(far, near, isLost)
  }

  #join(from: Socket, to: Socket, isLost: { value: boolean }): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (chunk: Buffer) => {
      const mode = this.#mode
      if (mode.kind !== 'pass') isLost.value = true
      if (mode.kind !== 'pass' || isLost.value) return
      if (mode.delayMs === 0) to.write(chunk)
      else setTimeout(() => to.write(chunk), mode.delayMs)
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}

/** A proxy that listens on 127.0.0.1 and passes everything on to `target`, at first. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const proxy = new TcpProxy(target)
  await proxy.open()
  return proxy
}
