// Reads a curl command as people paste it: only what says what the request is; nothing is sent and no file is read.

import { SallyportError } from '../../sidecar/runtime/errors.ts'

export interface CurlRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly bodyBytes: number
  readonly http2: boolean
}

/** Options with a value that change nothing about what the gateway decides. */
const IGNORED_WITH_VALUE: ReadonlySet<string> = new Set([
  '-o',
  '--output',
  '-w',
  '--write-out',
  '-m',
  '--max-time',
  '--connect-timeout',
  '--cacert',
  '-E',
  '--cert',
  '--key',
  '--resolve',
  '--connect-to',
  '--retry',
  '-x',
  '--proxy',
  '-c',
  '--cookie-jar',
])
const IGNORED: ReadonlySet<string> = new Set([
  '-k',
  '--insecure',
  '-s',
  '--silent',
  '-S',
  '--show-error',
  '-v',
  '--verbose',
  '-i',
  '--include',
  '-f',
  '--fail',
  '-L',
  '--location',
  '--compressed',
  '--path-as-is',
  '--http1.1',
  '-N',
  '--no-buffer',
  '-g',
  '--globoff',
])
const SHORT_WITH_VALUE = new Set([
  'X',
  'H',
  'd',
  'A',
  'e',
  'b',
  'u',
  'o',
  'w',
  'm',
  'E',
  'x',
  'c',
  'T',
])

interface Reading {
  url: string | null
  method: string | null
  isHead: boolean
  isGet: boolean
  http2: boolean
  readonly headers: { name: string; value: string }[]
  readonly data: string[]
}

/** `args`: the words of the command, with or without `curl` itself. Throws SallyportError `usage`. */
export function readCurl(args: readonly string[]): CurlRequest {
  const words = spread(args[0] === 'curl' ? args.slice(1) : args)
  const reading: Reading = {
    url: null,
    method: null,
    isHead: false,
    isGet: false,
    http2: false,
    headers: [],
    data: [],
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (!word.startsWith('-') || word === '-') {
      if (reading.url !== null) throw usage(`two URLs: \`${reading.url}\` and \`${word}\``)
      reading.url = word
    } else if (takesNoValue(word, reading)) continue
    else {
      at += 1
      const value = words[at]
      if (value === undefined) throw usage(`\`${word}\` wants a value`)
      takeValue(word, value, reading)
    }
  }
  return requestOf(reading)
}

function requestOf({ url, method, isHead, isGet, http2, headers, data }: Reading): CurlRequest {
  if (url === null) throw usage('there is no URL')
  const body = data.join('&')
  const withQuery = isGet && body !== '' ? `${url}${url.includes('?') ? '&' : '?'}${body}` : url
  const sendsBody = data.length > 0 && !isGet
  const otherwise = isHead ? 'HEAD' : sendsBody ? 'POST' : 'GET'
  const bodyBytes = sendsBody ? Buffer.byteLength(body) : 0
  // As curl does where no scheme is written.
  const whole = /^https?:\/\//i.test(withQuery) ? withQuery : `http://${withQuery}`
  return { url: whole, method: (method ?? otherwise).toUpperCase(), headers, bodyBytes, http2 }
}

/** `--name=value` is not curl's, `-XPOST` and `-sk` are. */
function spread(args: readonly string[]): string[] {
  return args.flatMap((word) => {
    if (!/^-[A-Za-z]{2,}|^-[A-Za-z][^A-Za-z]/.test(word) || word.startsWith('--')) return [word]
    const flags: string[] = []
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!
      flags.push(`-${letter}`)
      if (!SHORT_WITH_VALUE.has(letter)) continue
      if (at + 1 < word.length) flags.push(word.slice(at + 1))
      break
    }
    return flags
  })
}

function takesNoValue(word: string, reading: Reading): boolean {
  if (IGNORED.has(word)) return true
  switch (word) {
    case '--http2':
    case '--http2-prior-knowledge':
      reading.http2 = true
      return true
    case '-I':
    case '--head':
      reading.isHead = true
      return true
    case '-G':
    case '--get':
      reading.isGet = true
      return true
    default:
      return false
  }
}

function takeValue(word: string, value: string, reading: Reading): void {
  const header = (name: string, text: string): void =>
    void reading.headers.push({ name, value: text })
  if (IGNORED_WITH_VALUE.has(word)) return
  switch (word) {
    case '-X':
    case '--request':
      reading.method = value
      return
    case '--url':
      reading.url = value
      return
    case '-H':
    case '--header': {
      const at = value.indexOf(':')
      if (at < 1) throw usage(`\`${value}\` is no header field`)
      header(value.slice(0, at).trim(), value.slice(at + 1).trim())
      return
    }
    case '-d':
    case '--data':
    case '--data-raw':
    case '--data-ascii':
    case '--data-binary':
    case '--data-urlencode':
    case '--json':
      if (value.startsWith('@') && word !== '--data-raw')
        throw usage('no file is read: write the data')
      reading.data.push(value)
      return
    case '-A':
    case '--user-agent':
      header('User-Agent', value)
      return
    case '-e':
    case '--referer':
      header('Referer', value)
      return
    case '-b':
    case '--cookie':
      header('Cookie', value)
      return
    case '-u':
    case '--user':
      header('Authorization', `Basic ${Buffer.from(value).toString('base64')}`)
      return
    case '--oauth2-bearer':
      header('Authorization', `Bearer ${value}`)
      return
    default:
      throw usage(`\`${word}\` is not understood here; leave it out where it does not matter`)
  }
}

function usage(message: string): SallyportError {
  return new SallyportError('usage', `curl: ${message}`)
}
