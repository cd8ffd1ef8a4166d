// The frame of what is shown before anybody is signed in.

import { useEffect, type ReactNode } from 'react'
import { ViewSettings } from './account-menu.tsx'

export function Door({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <div className="door-page">
      <main className="door">
        <p className="mark">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Sallyport
        </p>
        <h1>{title}</h1>
        {children}
      </main>
      <footer>
        <ViewSettings />
      </footer>
    </div>
  )
}
