// The compiled forms of what a route matches, who may reach it by address, and how it rewrites.

export interface HostPattern {
  /** `exact`: api.example.com; `wildcard`: *.example.com (exactly one label more); `any`: every host. */
  readonly kind: 'exact' | 'wildcard' | 'any'
  /** Exact: the host. Wildcard: `.example.com`. Any: ''. */
  readonly value: string
}

export interface PathPattern {
  /** As written: `/orders/*`, `/orders/{id}`; bounded, so it may be a log field and a metric label. */
  readonly template: string
  readonly segments: readonly PathSegment[]
  /** true where the template ends in `/*`: it matches the prefix itself and everything below it. */
  readonly prefix: boolean
}

export type PathSegment =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'parameter'; readonly name: string }

export interface RouteMatch {
  readonly hosts: readonly HostPattern[]
  readonly path: PathPattern
  /** Upper-case methods, or null for all. GET includes HEAD. */
  readonly methods: ReadonlySet<string> | null
  /** Lower-case name and exact value. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly query: readonly { readonly name: string; readonly value: string }[]
}

/** Address ranges by which a route lets callers in; deny beats allow; an empty allow list lets everybody in. */
export interface IpPolicy {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** canonical address → inside a range of that list */
  readonly isAllowed: (address: string) => boolean
  readonly isDenied: (address: string) => boolean
}

export interface HeaderRules {
  /** Lower-case name and value, set after everything else (replacing). */
  readonly set: readonly { readonly name: string; readonly value: string }[]
  /** Lower-case names. */
  readonly remove: ReadonlySet<string>
}

export interface Rewrite {
  /** Replaces the literal part of a `/x/*` template: `/orders/7` with prefix `/` becomes `/7`. */
  readonly prefix: string
}
