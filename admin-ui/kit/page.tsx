// The frame of a page: one heading that names it, what it is for, and what can be done here.

import { useEffect, type ReactNode } from 'react'
import { Link } from '../router/link.tsx'
import { Prose } from './prose.tsx'

export interface PageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  /** Where this page belongs to. */
  readonly parent?: readonly [to: string, text: string]
  readonly children: ReactNode
}

export function Page({ title, lead, actions, parent, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <>
      <header className="page-head">
        <div>
          {parent && (
            <p className="breadcrumb">
              <Link to={parent[0]}>{parent[1]}</Link>
            </p>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </>
  )
}

export interface EmptyProps {
  /** One sentence: what would stand here. */
  readonly title: string
  readonly children?: ReactNode
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="empty">
      <p>
        <Prose text={title} />
      </p>
      {children}
    </div>
  )
}

export interface PanelProps {
  readonly title?: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, actions, children }: PanelProps) {
  return (
    <section className="panel">
      {(title !== undefined || actions !== undefined) && (
        <header>
          {title !== undefined && <h2>{title}</h2>}
          {actions && <div className="row">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  )
}

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'neutral'

/** A word with a colour and a sign, so that colour is never all there is. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>
}

export interface NoticeProps {
  readonly tone: Exclude<Tone, 'neutral'>
  readonly title: string
  readonly children?: ReactNode
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  )
}
