// How a file is put to work without the console: what to type, with the options chosen here.

export interface ApplyOptions {
  readonly message: string
  /** Like `60s`; '' for a change that stays. */
  readonly confirmWithin: string
  readonly guard: { readonly points: number; readonly windowMs: number } | null
}

/** For a shell. */
export function applyCommand({ message, confirmWithin, guard }: ApplyOptions): string {
  const options = [
    message === '' ? '' : `-m ${quoted(message)}`,
    confirmWithin === '' ? '' : `--confirm-within ${confirmWithin}`,
    guard === null
      ? ''
      : `--guard --guard-points ${guard.points} --guard-window ${guard.windowMs / 1000}s`,
  ]
  const apply = ['npx sallyport apply sallyport.yaml', ...options.filter((one) => one !== '')]
  return `npx sallyport diff sallyport.yaml\n${apply.join(' ')}`
}

/** For a shell with `curl` and `jq`; `origin` of the console. */
export function applyCurl(origin: string, { message, confirmWithin, guard }: ApplyOptions): string {
  const more = {
    message,
    ...(confirmWithin !== '' && { confirmWithin }),
    ...(guard !== null && { guard }),
  }
  const filter = quoted(`{text: .} + ${JSON.stringify(more)}`)
  return [
    `TAG=$(curl -s -H "authorization: Bearer $TOKEN" ${origin}/api/v1/config | jq -r .checksum)`,
    `jq -Rs ${filter} sallyport.yaml | curl -X PUT ${origin}/api/v1/config \\`,
    `  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "if-match: \\"$TAG\\"" -d @-`,
  ].join('\n')
}

/** Nothing in it means anything to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
