// What a script can learn from an exit code; the numbers are part of the command line's contract.

export const ExitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  configurationInvalid: 3,
  unreachable: 4,
  notPermitted: 5,
  conflict: 6,
} as const
