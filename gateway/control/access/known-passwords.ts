// Passwords that attackers try first: words everybody takes, rows of the keyboard and counting, however they are dressed up.

/** What remains of common passwords without digits, signs and capitals around it. */
const WORDS = new Set(
  `abcdefghijkl access administrator admin adminadmin administration adminpassword angel asdfgh
   asdfghjkl asdfghjklqwertyuiop asdfasdf baseball basketball batman bigdaddy butterfly changeit
   changeme changemenow changemeplease charlie cheese chocolate computer correcthorsebatterystaple
   default defaultpassword diamond donald dragon elephant everton facebook family flower football
   forever freedom friends gateway gatewayadmin ginger google guest hello helloworld hunter iloveyou
   iloveyouforever iloveyousomuch internet jennifer jessica jordan justin killer letmein letmeinnow
   letmeinplease liverpool login loveme lovely manager manchester manchesterunited master
   masterpassword michael michelle monkey mustang mypassword newpassword nopassword ninja nothing
   operator orange passpass passphrase passw passwd password passwordadmin passwordpassword passwort
   pokemon princess purple qazwsx qazwsxedc qazwsxedcrfv qwaszx qweasd qweasdzxc qwerty qwertyqwerty
   qwertyuiop qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm rockyou root rootroot sallyport samsung
   secret secretpassword security server service shadow soccer spiderman starwars summer sunshine
   superman supersecret supersecretpassword superuser sysadmin system temporary temppassword test
   testing testpassword testtest thisisapassword thisismypassword trustno trustnoone unknown
   user username verysecret vmware welcome welcomeback whatever winter zxcvbn zxcvbnm
   monday tuesday wednesday thursday friday saturday sunday january february march april may june
   july august september october november december spring autumn`.split(/\s+/),
)

/** Walked along in either direction, any number of times. */
const ROWS = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]asdfghjkl;zxcvbnm,./',
  'qwertyuiopasdfghjklzxcvbnm',
  'poiuytrewqlkjhgfdsamnbvcxz',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'zaq12wsxcde34rfvbgt56yhn',
  '!@#$%^&*()_+',
]

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** `text` in the form it will be hashed in. */
export function isKnownPassword(text: string): boolean {
  const lower = text.toLowerCase()
  return isWalk(lower) || isDressedWord(lower) || isRepeated(lower)
}

function isWalk(text: string): boolean {
  return ROWS.some((row) => {
    const forth = row.repeat(Math.ceil(text.length / row.length) + 1)
    return forth.includes(text) || Array.from(forth).toReversed().join('').includes(text)
  })
}

function isDressedWord(text: string): boolean {
  const bare = text.replace(/^[^a-z]+|[^a-z]+$/g, '')
  const read = Array.from(text, (character) => LEET[character] ?? character).join('')
  const candidates = [bare, read, readLetters(bare), read.replace(/^[^a-z]+|[^a-z]+$/g, '')]
  return candidates.some((word) => WORDS.has(word) || WORDS.has(word.replace(/[^a-z]/g, '')))
}

function readLetters(text: string): string {
  return Array.from(text, (character) => LEET[character] ?? character).join('')
}

/** The same three to six characters over and over. */
function isRepeated(text: string): boolean {
  return [3, 4, 5, 6].some((length) => {
    const unit = text.slice(0, length)
    return unit.repeat(Math.ceil(text.length / length)).startsWith(text)
  })
}
