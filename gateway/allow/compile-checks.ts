// What is sound by itself and yet does nothing beside the rest of `egress:`; warnings only.

import { inRanges, type AddressRange } from '../../sidecar/forward/address.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { classifyAddress } from './address-class.ts'
import type { EgressOptions } from './options.ts'
import type { EgressPlan, EgressRule, EgressTarget, ExternalPlan } from './plan.ts'

type Parts = Pick<EgressPlan, 'rules' | 'external' | 'network'>

/** `parts` were compiled from `options` without an error. */
export function checkAgainstEachOther(
  { rules, external, network }: Parts,
  options: EgressOptions,
  at: ConfigPath,
  report: Report,
): void {
  for (const [ruleIndex, rule] of rules.entries()) {
    for (const [index, target] of rule.allow.entries()) {
      const complaint = invisible(target, external) ?? closedRange(target, network.allow) ?? null
      const path = [...at, 'rules', ruleIndex, 'allow', index]
      if (complaint !== null) report({ severity: 'warning', path, ...complaint })
    }
  }
  for (const [index, { host }] of (options.external ?? []).entries()) {
    const plan = external.get(host)
    if (plan === undefined || rules.some((rule) => reaches(rule, plan))) continue
    report({
      severity: 'warning',
      path: [...at, 'external', index, 'host'],
      message: `no rule lets anybody reach \`${host}:${plan.port}\``,
      fix: 'add a rule that says who may',
    })
  }
}

interface Complaint {
  readonly message: string
  readonly fix: string
}

/** Requests to port 443 are seen by nobody but the two ends, unless egress is one of them. */
function invisible(
  { host, ports, methods, paths, protocol, text }: EgressTarget,
  external: ReadonlyMap<string, ExternalPlan>,
): Complaint | null {
  const isSelective = methods !== null || paths !== null || protocol === 'http'
  if (!isSelective || host.kind !== 'exact' || ports.some((port) => port !== 443)) return null
  if (external.get(host.name)?.port === 443) return null
  return {
    message: `nothing can match \`${text}\`: requests to port 443 are seen only on hosts of \`external\``,
    fix: `add \`{ host: ${host.name} }\` to \`external\`, or allow the host without methods and paths`,
  }
}

function closedRange(
  { host, text }: EgressTarget,
  opened: readonly AddressRange[],
): Complaint | null {
  if (host.kind !== 'range') return null
  const [address = ''] = host.range.text.split('/')
  const isOpen = classifyAddress(address) === 'public' || inRanges(address, opened)
  if (isOpen) return null
  return {
    message: `\`${text}\` is not a public range, so its addresses are refused all the same`,
    fix: `add \`${host.range.text}\` to \`network.allow\``,
  }
}

function reaches(rule: EgressRule, { host, port }: ExternalPlan): boolean {
  return rule.allow.some((target) => {
    if (!target.ports.includes(port) || target.protocol === 'tcp') return false
    if (target.host.kind === 'exact') return target.host.name === host
    return target.host.kind === 'wildcard' && host.endsWith(target.host.suffix)
  })
}
