// Every way we know to write an address so that somebody reads it as one and somebody else does not.

const TARGETS: readonly (readonly number[])[] = [
  [127, 0, 0, 1],
  [127, 255, 1, 2],
  [169, 254, 169, 254],
  [10, 0, 0, 1],
  [192, 168, 1, 1],
  [172, 16, 0, 1],
  [100, 64, 0, 1],
  [0, 0, 0, 0],
]

const FULL_WIDTH = '０１２３４５６７８９'
const CIRCLED = '⓪①②③④⑤⑥⑦⑧⑨'

/** As hosts of an authority; several hundred, each once. */
export function addressSpellings(): readonly string[] {
  return [...new Set([...TARGETS.flatMap(spellingsOf), ...NAMES, ...SPLITS])]
}

const NAMES: readonly string[] = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost.localdomain',
  'ip6-localhost',
  'ip6-loopback',
  'ⓛocalhost',
  'loca\u00adlhost',
  'metadata.google.internal',
  'metadata',
  'instance-data',
  'kubernetes.default.svc',
  '127.0.0.1.nip.io',
  '169.254.169.254.sslip.io',
  'localtest.me',
  'lvh.me',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::0001]',
  '[::1%lo]',
  '[::1%25lo]',
  '[fe80::1]',
  '[fe80::1%25eth0]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001::1]',
  '[2001:db8::1]',
  '[2002::1]',
  '[3fff::1]',
  '[4000::1]',
  '::1',
  '[::1',
  '::1]',
]

const SPLITS: readonly string[] = [
  'allowed.host.test@127.0.0.1',
  '127.0.0.1@allowed.host.test',
  'allowed.host.test:80@127.0.0.1',
  'allowed.host.test%00.evil.test',
  '127.0.0.1%00.host.test',
  '127.0.0.1%2f.host.test',
  '127.0.0.1\\.host.test',
  'allowed.host.test%2f@127.0.0.1',
  '127.0.0.1/.host.test',
  '127.0.0.1?.host.test',
  '127.0.0.1;.host.test',
  '127.0.0.1,allowed.host.test',
  '127%2e0%2e0%2e1',
  '%31%32%37.0.0.1',
  '127.0.0.1%09',
  '127.0.0.1%20',
  '[127.0.0.1]',
  '[[::1]]',
  '[localhost]',
  '..127.0.0.1',
  '127..0.0.1',
  '127.0.0.1..',
  '.127.0.0.1',
  '127.0.0.1.host.test:80',
  '*',
  '*.host.test',
  '',
  '.',
  '-',
  '_',
]

function spellingsOf(octets: readonly number[]): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = octets
  const dotted = octets.join('.')
  const number = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = number.toString(16).padStart(8, '0')
  const words = [hex.slice(0, 4), hex.slice(4)]
  const short = [
    `${a}.${number % 2 ** 24}`,
    `${a}.${b}.${number % 2 ** 16}`,
    String(number),
    String(number + 2 ** 32),
  ]
  const bases: readonly ((octet: number) => string)[] = [
    (octet) => String(octet),
    (octet) => `0${octet.toString(8)}`,
    (octet) => `000${octet.toString(8)}`,
    (octet) => `0x${octet.toString(16)}`,
    (octet) => `0X${octet.toString(16).toUpperCase()}`,
    (octet) => `0x00${octet.toString(16)}`,
    (octet) => String(octet + 256),
  ]
  // Every octet in every base.
  const mixed = bases.flatMap((first) =>
    bases.map((second) => [first(a), second(b), first(c), second(d)].join('.')),
  )
  const plain = [dotted, `0x${hex}`, `0X${hex.toUpperCase()}`, `0${number.toString(8)}`, ...short]
  const foreign = [FULL_WIDTH, CIRCLED].map((digits) =>
    dotted.replace(/\d/g, (digit) => digits.charAt(Number(digit))),
  )
  const dots = ['。', '．', '｡'].map((dot) => dotted.replaceAll('.', dot))
  const inside = [
    `::ffff:${dotted}`,
    `::ffff:${words.join(':')}`,
    `0:0:0:0:0:ffff:${words.join(':')}`,
    `::FFFF:${dotted}`,
    `::${dotted}`,
    `::${words.join(':')}`,
    `::ffff:0:${words.join(':')}`,
    `64:ff9b::${dotted}`,
    `64:ff9b::${words.join(':')}`,
    `64:ff9b:1::${words.join(':')}`,
    `2002:${words.join(':')}::`,
    `2002:${words.join(':')}::1`,
    `2001:0:0:0:0:0:${words.join(':')}`,
    `fe80::5efe:${words.join(':')}`,
    `2000::5efe:${words.join(':')}`,
    `2000::200:5efe:${words.join(':')}`,
  ]
  return [
    ...plain,
    ...plain.map((text) => `${text}.`),
    ...mixed,
    ...foreign,
    ...dots,
    ...inside.map((text) => `[${text}]`),
    ...inside.map((text) => `[${text.toUpperCase()}]`),
    ...inside,
  ]
}
