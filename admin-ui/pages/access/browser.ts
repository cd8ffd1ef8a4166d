// Which browser on which system, from what a browser says it is: for people to know their own sessions by.

/** The first that fits; most browsers name others behind their own. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/\S+.*\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

export interface KnownBrowser {
  /** '' where it is none that is known. */
  readonly browser: string
  readonly system: string
}

export function browserOf(agent: string): KnownBrowser {
  return { browser: first(BROWSERS, agent), system: first(SYSTEMS, agent) }
}

function first(known: readonly (readonly [RegExp, string])[], agent: string): string {
  return known.find(([pattern]) => pattern.test(agent))?.[1] ?? ''
}
