// The base of every error Sallyport raises on purpose: a stable code for machines, a sentence for people.

export class SallyportError extends Error {
  /** Stable, documented, snake_case; the same word is the log field, the metric label and the problem code. */
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'SallyportError'
    this.code = code
  }
}

/** The message of anything that was thrown, for a log line. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a system or Sallyport error, or `unknown`. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : 'unknown'
}
