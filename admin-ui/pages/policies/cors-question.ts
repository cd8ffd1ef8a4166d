// What is typed into the CORS simulator, as the API takes it.

import { parse } from 'yaml'
import { plainText } from '../../language/typed-text.ts'

export interface CorsFields {
  /** `served:NAME`, `draft:NAME` or `own`. */
  readonly subject: string
  /** Of `own`: what stands behind `cors:`. */
  readonly yaml: string
  readonly origin: string
  readonly method: string
  readonly headers: string
  readonly credentials: boolean
}

export interface TypedHeader {
  readonly name: string
  readonly value?: string
}

/** `x-a, content-type: text/plain`: names, and the values that were written. */
export function typedHeaders(text: string): readonly TypedHeader[] {
  return plainText(text)
    .split(/[,、\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.indexOf(':')
      if (colon === -1) return { name: part }
      return { name: part.slice(0, colon).trim(), value: part.slice(colon + 1).trim() }
    })
}

/** The same question on the command line. */
export function corsCommand(route: string, fields: Omit<CorsFields, 'subject' | 'yaml'>): string {
  const { origin, method, headers, credentials } = fields
  const options = typedHeaders(headers).map(({ name, value }) => {
    return ` --header '${name}${value === undefined ? '' : `: ${value}`}'`
  })
  const cookies = credentials ? ' --credentials' : ''
  return `npx sallyport cors ${route} --origin ${plainText(origin)} --method ${method}${options.join('')}${cookies}`
}

/** null: no YAML. */
export function typedCors(text: string): { readonly value: unknown } | null {
  try {
    return { value: parse(text.replace(/^\s*cors:/, '')) as unknown }
  } catch {
    return null
  }
}
