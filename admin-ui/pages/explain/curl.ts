// A pasted curl command as the request it would make: the flags people copy out of browsers and manuals.

/** As the explain operation takes it. */
export interface DescribedRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly bodyBytes: number
  readonly http2: boolean
}

export type CurlResult =
  | { readonly kind: 'request'; readonly request: DescribedRequest }
  | { readonly kind: 'fault'; readonly fault: 'no-url' | 'quotes' }

const WITH_VALUE: ReadonlySet<string> = new Set([
  '-o',
  '--output',
  '-m',
  '--max-time',
  '--connect-timeout',
  '--cacert',
  '--cert',
  '--key',
  '--resolve',
  '-x',
  '--proxy',
  '-w',
  '--write-out',
  '-E',
  '--retry',
  '--interface',
  '-T',
  '--upload-file',
])
const DATA: ReadonlySet<string> = new Set([
  '-d',
  '--data',
  '--data-raw',
  '--data-binary',
  '--data-ascii',
  '--data-urlencode',
  '--json',
])

export function readCurl(text: string): CurlResult {
  const words = shellWords(text.replaceAll('\\\n', ' '))
  if (words === null) return { kind: 'fault', fault: 'quotes' }
  const headers: { name: string; value: string }[] = []
  const data: string[] = []
  let [url, method, http2, isHead] = ['', '', false, false]
  const rest = words.slice(words[0] === 'curl' ? 1 : 0).flatMap(splitFlag)
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!
    const next = (): string => rest[++i] ?? ''
    if (word === '-X' || word === '--request') method = next()
    else if (word === '-H' || word === '--header') addHeader(headers, next())
    else if (word === '-u' || word === '--user')
      headers.push({ name: 'authorization', value: `Basic ${btoa(next())}` })
    else if (word === '-A' || word === '--user-agent')
      headers.push({ name: 'user-agent', value: next() })
    else if (word === '-e' || word === '--referer') headers.push({ name: 'referer', value: next() })
    else if (word === '-b' || word === '--cookie') headers.push({ name: 'cookie', value: next() })
    else if (word === '--oauth2-bearer')
      headers.push({ name: 'authorization', value: `Bearer ${next()}` })
    else if (DATA.has(word)) data.push(next())
    else if (word === '--url') url = next()
    else if (word === '--http2' || word === '--http2-prior-knowledge') http2 = true
    else if (word === '-I' || word === '--head') isHead = true
    else if (WITH_VALUE.has(word)) next()
    else if (!word.startsWith('-')) url = word
  }
  if (url === '') return { kind: 'fault', fault: 'no-url' }
  const body = data.join('&')
  const chosen = method || (isHead ? 'HEAD' : data.length > 0 ? 'POST' : 'GET')
  const bodyBytes = new TextEncoder().encode(body).length
  const whole = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`
  return {
    kind: 'request',
    request: { url: whole, method: chosen.toUpperCase(), headers, bodyBytes, http2 },
  }
}

/** `-XPOST` and `--header=x` are two words. */
function splitFlag(word: string): readonly string[] {
  const long = /^(--[a-z0-9-]+)=(.*)$/s.exec(word)
  if (long !== null) return [long[1]!, long[2]!]
  const short = /^(-[XHdubAeomxwET])(.+)$/s.exec(word)
  return short === null ? [word] : [short[1]!, short[2]!]
}

function addHeader(headers: { name: string; value: string }[], line: string): void {
  const colon = line.indexOf(':')
  if (colon > 0)
    headers.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() })
}

/** As a POSIX shell splits them; null where a quote is left open. */
function shellWords(text: string): readonly string[] | null {
  const words: string[] = []
  let word: string | null = null
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (sign === "'" || sign === '"') {
      const [inside, end] = quoted(text, i)
      if (end === -1) return null
      word = (word ?? '') + inside
      i = end
    } else if (sign === '\\') word = (word ?? '') + (text[++i] ?? '')
    else if (/\s/.test(sign)) {
      if (word !== null) words.push(word)
      word = null
    } else if (sign !== '$' || text[i + 1] !== "'") word = (word ?? '') + sign
  }
  return word === null ? words : [...words, word]
}

/** What stands between quotes, and where they close; -1: nowhere. */
function quoted(text: string, start: number): readonly [string, number] {
  const sign = text[start]!
  let inside = ''
  for (let i = start + 1; i < text.length; i++) {
    const next = text[i]!
    if (next === sign) return [inside, i]
    const isEscape = sign === '"' && next === '\\' && /["\\$`]/.test(text[i + 1] ?? '')
    inside += isEscape ? text[++i]! : next
  }
  return ['', -1]
}
