// PEM text (RFC 7468) to the bytes of its certificates and back.

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g
const LINE = /.{1,64}/g

/**
 * The blocks called `label`, in order. Text around the blocks is passed over, as is usual for PEM; null where there is no
 * such block, a block of another kind, or one that is not complete or not base64.
 */
export function readPemBlocks(pem: string, label: string): readonly Buffer[] | null {
  const blocks: Buffer[] = []
  for (const [, found, body = ''] of pem.matchAll(BLOCK)) {
    const text = body.replaceAll(/\s/g, '')
    const bytes = Buffer.from(text, 'base64')
    if (found !== label || text === '' || bytes.toString('base64') !== text) return null
    blocks.push(bytes)
  }
  const begun = pem.split('-----BEGIN ').length - 1
  return blocks.length > 0 && begun === blocks.length ? blocks : null
}

/** One block, with a line end behind it. */
export function pemBlock(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').match(LINE) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
