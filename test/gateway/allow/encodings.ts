// Every way we know to write an IPv4 address, or to hide one host in another, so that a filter reads something else.

export interface Payload {
  readonly how: string
  readonly text: string
}

type Octets = readonly [number, number, number, number]

const DIGIT_SETS = {
  'full-width digits': Array.from('０１２３４５６７８９'),
  'circled digits': Array.from('⓪①②③④⑤⑥⑦⑧⑨'),
  'bold digits': Array.from('𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗'),
  'superscript digits': Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹'),
  'Arabic digits': Array.from('٠١٢٣٤٥٦٧٨٩'),
} as const
const DOTS = {
  ideographic: '。',
  'full-width': '．',
  'half-width': '｡',
  'one dot leader': '․',
} as const

/** All spellings of one address, its plain one too. */
export function encodingsOf(address: string): Payload[] {
  const octets = address.split('.').map(Number) as unknown as Octets
  return [
    ...numbers(octets),
    ...lookAlikes(address),
    ...escapes(address),
    ...decorations(address),
    ...inIpv6(octets),
  ].map(([how, text]) => ({ how, text }))
}

/** Authorities in which a lenient parser finds `hidden` and another one finds `shown`. */
export function splitsOf(shown: string, hidden: string): Payload[] {
  const between = [
    '@',
    ':@',
    ':80@',
    '%40',
    '#',
    '#@',
    '?',
    '?@',
    '/',
    '/@',
    '\\',
    '\\@',
    ' ',
    ' @',
    '&@',
    ';',
    ',',
    '%00',
    '%0d%0a',
    '\r\n',
    '\t',
    '\0',
    '%2f',
    '%2f@',
    '%5c',
    '|',
    '^',
    '`',
    '{',
    '}',
    '<',
    '>',
    '"',
    ':443:',
    '[',
    ']',
    '+',
    '!',
    '$',
    '(',
    '=',
    '\u00ad@',
    '\u200b@',
    '\u2100',
    '\u2044',
    '\uff0f',
    '\uff20',
  ]
  return between.flatMap((by) => [
    { how: `${shown} ${JSON.stringify(by)} ${hidden}`, text: `${shown}${by}${hidden}` },
    { how: `${hidden} ${JSON.stringify(by)} ${shown}`, text: `${hidden}${by}${shown}` },
  ])
}

type Spelling = readonly [how: string, text: string]

function numbers(octets: Octets): Spelling[] {
  const [a, b, c, d] = octets
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (value: number, width = 0): string => value.toString(16).padStart(width, '0')
  const oct = (value: number, width = 0): string => value.toString(8).padStart(width, '0')
  const each = (of: (octet: number) => string): string => octets.map(of).join('.')
  return [
    ['plain', each(String)],
    ['one decimal number', String(whole)],
    ['one decimal number with zeros', `00${whole}`],
    ['one octal number', `0${oct(whole)}`],
    ['one hexadecimal number', `0x${hex(whole, 8)}`],
    ['one hexadecimal number in capitals', `0X${hex(whole, 8).toUpperCase()}`],
    ['one hexadecimal number with zeros', `0x0000000000${hex(whole, 8)}`],
    ['one number past 32 bits', String(whole + 2 ** 32)],
    ['one negative number', `-${2 ** 32 - whole}`],
    ['dotted octal', each((octet) => `0${oct(octet)}`)],
    ['dotted long octal', each((octet) => `0${oct(octet, 6)}`)],
    ['dotted hexadecimal', each((octet) => `0x${hex(octet)}`)],
    ['dotted hexadecimal in capitals', each((octet) => `0X${hex(octet, 2).toUpperCase()}`)],
    ['octets with zeros', each((octet) => String(octet).padStart(3, '0'))],
    ['octets past 8 bits', each((octet) => String(octet + 256))],
    ['mixed bases', `0x${hex(a)}.0${oct(b)}.${c}.${d}`],
    ['two parts', `${a}.${(b * 256 + c) * 256 + d}`],
    ['two hexadecimal parts', `0x${hex(a)}.0x${hex((b * 256 + c) * 256 + d)}`],
    ['three parts', `${a}.${b}.${c * 256 + d}`],
    ['three octal parts', `0${oct(a)}.0${oct(b)}.0${oct(c * 256 + d)}`],
    ['an exponent', `${a}e0.${b}.${c}.${d}`],
    ['a plus sign', `+${a}.${b}.${c}.${d}`],
    ['five parts', `${a}.${b}.${c}.${d}.0`],
  ]
}

function lookAlikes(address: string): Spelling[] {
  const digits = Object.entries(DIGIT_SETS).map(([how, set]): Spelling => [
    how,
    address.replace(/\d/g, (digit) => set[Number(digit)]!),
  ])
  const dots = Object.entries(DOTS).map(([how, dot]): Spelling => [
    `${how} dots`,
    address.replaceAll('.', dot),
  ])
  return [...digits, ...dots]
}

function escapes(address: string): Spelling[] {
  const percent = (text: string): string =>
    text.replace(/./gs, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return [
    ['percent-encoded', percent(address)],
    ['percent-encoded dots', address.replaceAll('.', '%2e')],
    ['percent-encoded dots in capitals', address.replaceAll('.', '%2E')],
    ['percent-encoded first digit', percent(address.slice(0, 1)) + address.slice(1)],
    ['doubly percent-encoded', percent(percent(address))],
    ['percent-encoded full-width dots', address.replaceAll('.', encodeURIComponent('．'))],
    ['character references', address.replaceAll('.', '&#46;')],
  ]
}

function decorations(address: string): Spelling[] {
  const [first = '', ...rest] = address.split('.')
  return [
    ['a trailing dot', `${address}.`],
    ['two trailing dots', `${address}..`],
    ['a leading dot', `.${address}`],
    ['a blank behind', `${address} `],
    ['a blank in front', ` ${address}`],
    ['a tab inside', `${first}\t.${rest.join('.')}`],
    ['a line end inside', `${first}\n.${rest.join('.')}`],
    ['a NUL behind', `${address}\0`],
    ['an encoded NUL behind', `${address}%00.example.com`],
    ['a soft hyphen', `${first}\u00ad.${rest.join('.')}`],
    ['a zero-width joiner', `${first}\u200d.${rest.join('.')}`],
    ['a zero-width space', `${first}\u200b.${rest.join('.')}`],
    ['a byte order mark', `\ufeff${address}`],
    ['brackets', `[${address}]`],
    ['double brackets', `[[${address}]]`],
    ['a zone', `${address}%eth0`],
    ['user information', `user@${address}`],
    ['user and password', `user:password@${address}`],
    ['an empty user', `@${address}`],
    ['a path', `${address}/x`],
    ['slashes in front', `//${address}`],
    ['a backslash in front', `\\${address}`],
    ['a scheme', `http://${address}`],
    ['a prefix length', `${address}/32`],
  ]
}

function inIpv6([a, b, c, d]: Octets): Spelling[] {
  const dotted = `${a}.${b}.${c}.${d}`
  const high = (a * 256 + b).toString(16)
  const low = (c * 256 + d).toString(16)
  const inverted = `${(0xffff ^ (a * 256 + b)).toString(16)}:${(0xffff ^ (c * 256 + d)).toString(16)}`
  return [
    ['mapped', `[::ffff:${dotted}]`],
    ['mapped in hexadecimal', `[::ffff:${high}:${low}]`],
    ['mapped in capitals', `[::FFFF:${dotted}]`],
    ['mapped in full', `[0:0:0:0:0:ffff:${dotted}]`],
    [
      'mapped with zeros',
      `[0000:0000:0000:0000:0000:ffff:${high.padStart(4, '0')}:${low.padStart(4, '0')}]`,
    ],
    ['mapped with a zone', `[::ffff:${dotted}%25lo]`],
    ['mapped without brackets', `::ffff:${dotted}`],
    ['translated', `[::ffff:0:${dotted}]`],
    ['compatible', `[::${dotted}]`],
    ['compatible in hexadecimal', `[::${high}:${low}]`],
    ['NAT64', `[64:ff9b::${dotted}]`],
    ['NAT64 in hexadecimal', `[64:ff9b::${high}:${low}]`],
    ['local NAT64', `[64:ff9b:1::${high}:${low}]`],
    ['6to4', `[2002:${high}:${low}::]`],
    ['6to4 with an interface', `[2002:${high}:${low}::1]`],
    ['Teredo', `[2001:0:0:0:0:0:${inverted}]`],
    ['ISATAP', `[2606:4700::5efe:${high}:${low}]`],
    ['ISATAP of a unique address', `[2606:4700::200:5efe:${high}:${low}]`],
  ]
}
