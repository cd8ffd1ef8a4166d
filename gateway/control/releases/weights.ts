// The weights of a route's targets: what may be asked for, and how the configuration text comes to say it and nothing else.

import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { setValue } from '../../config/edit.ts'
import { ApiError } from '../admin/api-error.ts'

/** In hundredths of the requests. */
export interface TargetWeight {
  /** A service's name, or a URL, as the route has it. */
  readonly target: string
  readonly weight: number
}

/** In the order of `targets`. Throws ApiError `invalid` unless each is named once and they are 100 together. */
export function inOrder(
  wanted: readonly TargetWeight[],
  targets: readonly string[],
): readonly TargetWeight[] {
  const byTarget = new Map(wanted.map(({ target, weight }) => [target, weight]))
  const unknown = wanted.findIndex(({ target }) => !targets.includes(target))
  if (unknown !== -1) {
    const hint = `its targets are: ${targets.join(', ')}`
    throw refused(`/weights/${unknown}/target`, `\`${wanted[unknown]!.target}\` is none`, hint)
  }
  const missing = targets.find((target) => !byTarget.has(target))
  if (missing !== undefined || byTarget.size !== wanted.length) {
    const detail = missing === undefined ? 'a target is named twice' : `\`${missing}\` is missing`
    throw refused('/weights', detail, 'name every target of the route once')
  }
  const sum = wanted.reduce((total, { weight }) => total + weight, 0)
  if (sum !== 100) throw refused('/weights', `the weights are ${sum} together`, 'make them 100')
  return targets.map((target) => ({ target, weight: byTarget.get(target)! }))
}

/** `v1 80, v2 20`. */
export function weightsText(weights: readonly TargetWeight[]): string {
  return weights.map(({ target, weight }) => `${target} ${weight}`).join(', ')
}

/**
 * The text with those weights (of every entry of the route's `to:`, in its order) and every other byte as it was.
 * Throws ApiError `rejected` where a program cannot do that, or it would change anything else.
 */
export function withWeights(text: string, route: string, weights: readonly TargetWeight[]): string {
  // By way of JSON, so that what the file says once and uses twice is two things here.
  const wanted = JSON.parse(JSON.stringify(parse(text))) as {
    routes: { name: string; to: Entry[] }[]
  }
  const index = wanted.routes.findIndex(({ name }) => name === route)
  const to = wanted.routes[index]?.to ?? []
  if (to.length !== weights.length || !weights.every(({ target }, at) => isFor(to[at]!, target))) {
    throw new ApiError('rejected', `the targets of \`${route}\` have just changed: look again`)
  }
  let edited = text
  for (const [at, { weight }] of weights.entries()) {
    to[at]!.weight = weight
    edited = setOne(edited, ['routes', index, 'to', at, 'weight'], weight)
  }
  if (isDeepStrictEqual(parse(edited), wanted)) return edited
  throw byHand(`the weights of \`${route}\` are shared with something else of the file`)
}

interface Entry {
  readonly service?: string
  weight?: number
}

/** A URL is written in many ways. */
function isFor({ service }: Entry, target: string): boolean {
  return service === undefined ? target.includes('://') : service === target
}

function setOne(text: string, path: readonly (string | number)[], weight: number): string {
  try {
    return setValue(text, path, weight)
  } catch {
    throw byHand(`\`${path.slice(0, -1).join('.')}\` cannot be edited by a program`)
  }
}

function byHand(what: string): ApiError {
  return new ApiError('rejected', `${what}: edit the file by hand`)
}

function refused(pointer: string, detail: string, hint: string): ApiError {
  return new ApiError('invalid', `weights: ${detail}; ${hint}`, [{ pointer, detail, hint }])
}
