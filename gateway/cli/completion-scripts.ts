// Completion scripts: static words of the command table, and names that are asked of the gateway when a key is pressed.

import type { CompletedCommand, CompletedOption, Value } from './completion-table.ts'

/** Lines of a `case`: every option with a value, by what is offered behind it. */
function valueCases(
  table: readonly CompletedCommand[],
  reply: (value: Value) => string,
): readonly string[] {
  const patterns = new Map<string, string[]>()
  for (const { name, options } of table) {
    for (const { long, short, value } of options) {
      if (value === null || value.kind === 'anything') continue
      const answer = reply(value)
      const known = patterns.get(answer) ?? []
      known.push(`"${name} ${long}"`, ...(short === null ? [] : [`"${name} ${short}"`]))
      patterns.set(answer, known)
    }
  }
  return [...patterns].map(([answer, places]) => `    ${places.join(' | ')}) ${answer}; return ;;`)
}

function flags(options: readonly CompletedOption[]): string {
  return options.map(({ long }) => long).join(' ')
}

export function bashScript(table: readonly CompletedCommand[]): string {
  const reply = (value: Value): string => {
    if (value.kind === 'words') return `_sallyport_words "${value.words.join(' ')}"`
    if (value.kind === 'names') return `_sallyport_names ${value.of}`
    return value.kind === 'file' ? 'COMPREPLY=($(compgen -f -- "$cur"))' : ':'
  }
  const values = valueCases(table, reply)
  const own = table.map(({ name, options, verbs, operand }) => {
    const first = verbs.length === 0 ? reply(operand) : `_sallyport_words "${verbs.join(' ')}"`
    return `    ${name})
      if [[ $cur == -* ]]; then _sallyport_words "${flags(options)}"
      elif ((COMP_CWORD == 2)); then ${first}
      else ${reply(operand)}; fi ;;`
  })
  return `# Completion of sallyport for bash: eval "$(sallyport completion bash)"
_sallyport_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_sallyport_names() {
  _sallyport_words "$("\${COMP_WORDS[0]}" __complete "$1" "\${COMP_WORDS[@]:2}" 2>/dev/null)"
}
_sallyport() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _sallyport_words "${table.map(({ name }) => name).join(' ')} help"
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${own.join('\n')}
  esac
}
complete -F _sallyport sallyport
`
}

export function zshScript(table: readonly CompletedCommand[]): string {
  const reply = (value: Value): string => {
    if (value.kind === 'words') return `compadd -- ${value.words.join(' ')}`
    if (value.kind === 'names') return `_sallyport_names ${value.of}`
    return value.kind === 'file' ? '_files' : ':'
  }
  const values = valueCases(table, reply)
  const own = table.map(({ name, options, verbs, operand }) => {
    const first = verbs.length === 0 ? reply(operand) : `compadd -- ${verbs.join(' ')}`
    return `    ${name})
      if [[ $cur == -* ]]; then compadd -- ${flags(options)}
      elif (( CURRENT == 3 )); then ${first}
      else ${reply(operand)}; fi ;;`
  })
  const described = table.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
  return `#compdef sallyport
# Completion of sallyport for zsh: eval "$(sallyport completion zsh)"
_sallyport_names() {
  local -a names
  names=(\${(f)"$("$words[1]" __complete "$1" "\${(@)words[3,-1]}" 2>/dev/null)"})
  compadd -- $names
}
_sallyport() {
  local cur=$words[CURRENT]
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${values.join('\n')}
  esac
  case $words[2] in
${own.join('\n')}
  esac
}
if [[ $funcstack[1] == _sallyport ]]; then _sallyport "$@"; else compdef _sallyport sallyport; fi
`
}

export function fishScript(table: readonly CompletedCommand[]): string {
  const choices = (value: Value): string => {
    if (value.kind === 'words') return ` -f -a ${quoted(value.words.join(' '))}`
    if (value.kind === 'names') return ` -f -a '(__sallyport_names ${value.of})'`
    return value.kind === 'file' ? ' -F' : ''
  }
  const lines = table.flatMap(({ name, summary, options, verbs, operand }) => {
    const here = `complete -c sallyport -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c sallyport -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...(verbs.length > 0 ? [`${here} -f -a ${quoted(verbs.join(' '))}`] : []),
      ...(operand.kind === 'anything' ? [] : [`${here}${choices(operand)}`]),
      ...options.map(({ long, short, value }) => {
        const letter = short === null ? '' : ` -s ${short.slice(1)}`
        return `${here} -l ${long.slice(2)}${letter}${value === null ? '' : ` -r${choices(value)}`}`
      }),
    ]
  })
  return `# Completion of sallyport for fish: sallyport completion fish | source
function __sallyport_names
    set -l line (commandline -opc)
    $line[1] __complete $argv[1] $line[3..-1] 2>/dev/null
end
${lines.join('\n')}
`
}

/** For shells: in single quotes, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
