// What an instance's own sidecar has counted: calls from all over the mesh, not only those of this gateway.

import type { EndpointView, Figure } from '../../api/contract.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { SERVICE_WORDS } from './words.ts'

/** It tells every few seconds: later than that, something is wrong. */
const OLD_MS = 10_000

export function BySidecar({ sidecar }: { readonly sidecar: EndpointView['sidecar'] }) {
  const t = useWords(SERVICE_WORDS)
  const { number } = useFormat()
  if (sidecar === null) return <span className="hint">{t.sidecarSilent}</span>
  const { inbound, outbound, denied, running, ageMs } = sidecar
  const ageS = number(Math.round(ageMs / 1000))
  return (
    <>
      <span>{t.callsIn(said(t, inbound, number))}</span>
      <Failed figure={inbound} />
      {outbound !== null && <span className="hint">{t.callsOut(said(t, outbound, number))}</span>}
      <Failed figure={outbound} />
      {denied > 0 && <span className="hint fault">{t.refusedBySidecar(number(denied))}</span>}
      {running > 0 && <span className="hint">{t.runningThere(number(running))}</span>}
      <span className={ageMs > OLD_MS ? 'hint age stale' : 'hint age'}>{t.toldAgo(ageS)}</span>
    </>
  )
}

function Failed({ figure }: { readonly figure: Figure | null }) {
  const t = useWords(SERVICE_WORDS)
  const { number } = useFormat()
  if (figure === null || figure.failed === 0) return null
  return <span className="hint fault">{t.failed(number(figure.failed))}</span>
}

function said(
  t: (typeof SERVICE_WORDS)['en'],
  figure: Figure | null,
  number: (value: number) => string,
): string {
  const { requests, p95Ms } = figure ?? { requests: 0, p95Ms: null }
  const count = t.calls(number(requests))
  // In one piece, wherever the line breaks.
  return p95Ms === null ? count : `${count} (p95\u00a0${number(Math.round(p95Ms))}\u00a0ms)`
}
