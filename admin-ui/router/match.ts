// Which page a path is: patterns with `:name` segments, compared segment by segment.

export type Params = Readonly<Record<string, string>>

/** The decoded parameters, or null where the path is another one. A slash at the end counts for nothing. */
export function match(pattern: string, path: string): Params | null {
  const wanted = segments(pattern)
  const given = segments(path)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = decoded(given[index]!)
    if (part.startsWith(':')) {
      if (value === null) return null
      params[part.slice(1)] = value
    } else if (part !== given[index]) return null
  }
  return params
}

function segments(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '')
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
