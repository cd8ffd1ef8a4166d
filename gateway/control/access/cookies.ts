// The cookies of the console: refused by browsers without TLS, for other paths, and from other hosts of the domain (RFC 6265bis).

export const SESSION_COOKIE = '__Host-sallyport'
/** From the start of a login at the identity provider to its end. */
export const LOGIN_COOKIE = '__Host-sallyport-login'

const COMMON = 'Secure; HttpOnly; Path=/'

/** Sent by our own pages only. */
export function sessionCookie(id: string): string {
  return `${SESSION_COOKIE}=${id}; ${COMMON}; SameSite=Strict`
}

/** Comes back with the redirect of another site, so it cannot be strict. */
export function loginCookie(value: string, seconds: number): string {
  return `${LOGIN_COOKIE}=${value}; ${COMMON}; SameSite=Lax; Max-Age=${seconds}`
}

export function noCookie(name: string): string {
  return `${name}=; ${COMMON}; SameSite=Strict; Max-Age=0`
}

/** The first of that name, or null. */
export function cookieNamed(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at !== -1 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}
