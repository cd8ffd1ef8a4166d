// What a name is to the Public Suffix List, as far as egress rules ask.

/**
 * `registry`: names below it are sold to anybody (`com`, `co.uk`); `hosting`: a company gives them to its customers
 * (`github.io`, `s3.amazonaws.com`); null: neither.
 */
export type SuffixKind = (name: string) => 'registry' | 'hosting' | null
