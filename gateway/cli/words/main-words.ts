// What the command line says before and around any command: help, usage, and words nobody knows.

import { words } from './language.ts'

export const MAIN_WORDS = words(
  {
    motto: 'Sallyport: one guarded door for what comes into your services.',
    usage: 'usage',
    usageLine: 'sallyport COMMAND [options]',
    moreHelp:
      'sallyport COMMAND --help says more about one of them; --lang en|ja chooses the language.',
    examples: 'examples',
    noCommand: (name: string) => `sallyport: there is no command \`${name}\``,
    didYouMean: (name: string) => `did you mean \`sallyport ${name}\`?`,
    didYouMeanOption: (option: string) => `did you mean \`${option}\`?`,
    noLanguage: (given: string) => `sallyport: --lang: write en or ja, not \`${given}\``,
    unknownOption: (option: string) => `there is no option \`${option}\``,
    missingValue: (option: string) => `\`${option}\` wants a value`,
    needlessValue: (option: string) => `\`${option}\` takes no value`,
  },
  {
    motto: 'Sallyport：サービスへの出入りを守る、ただ一つの門。',
    usage: '使い方',
    usageLine: 'sallyport コマンド [オプション]',
    moreHelp:
      '各コマンドの説明は sallyport コマンド --help、表示言語は --lang en|ja で指定できます。',
    examples: '例',
    noCommand: (name) => `sallyport：コマンド \`${name}\` はありません`,
    didYouMean: (name) => `もしかして：\`sallyport ${name}\``,
    didYouMeanOption: (option) => `もしかして：\`${option}\``,
    noLanguage: (given) =>
      `sallyport：--lang には \`${given}\` ではなく en か ja を指定してください`,
    unknownOption: (option) => `オプション \`${option}\` はありません`,
    missingValue: (option) => `\`${option}\` には値が必要です`,
    needlessValue: (option) => `\`${option}\` に値は指定できません`,
  },
)
