// A JSON Web Token taken apart in the browser: nothing is sent anywhere, and nothing is verified here.

export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** null where it is none. */
export function decodeToken(text: string): DecodedToken | null {
  const parts = text
    .trim()
    .replace(/^Bearer\s+/i, '')
    .split('.')
  if (parts.length !== 3) return null
  const header = decodePart(parts[0]!)
  const claims = decodePart(parts[1]!)
  return header === null || claims === null ? null : { header, claims }
}

/** Enough to tell two tokens apart, and nothing that could be used. */
export function maskedToken(text: string): string {
  const token = text.trim().replace(/^Bearer\s+/i, '')
  return `${token.slice(0, 6)}…••• (${token.length})`
}

function decodePart(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (sign) =>
      sign.codePointAt(0)!,
    )
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
