// What is shown to whom: the setup, the door, or the console.

import { lazy, Suspense, useEffect } from 'react'
import { Button } from './kit/button.tsx'
import { Problem } from './kit/problem.tsx'
import { Frame } from './layout/frame.tsx'
import { LAYOUT_WORDS } from './layout/words.ts'
import { useWords } from './language/words.ts'
import { SetUp } from './pages/setup/setup.tsx'
import { ShowAgain } from './pages/sign-in/show-again.tsx'
import { SignIn } from './pages/sign-in/sign-in.tsx'
import { navigate, ownPath, usePath } from './router/location.ts'
import { askWhoIAm, useSession } from './session/session.ts'

const EnrolFirst = lazy(async () => {
  const { EnrolFirst: Component } = await import('./pages/access/enrol-first.tsx')
  return { default: Component }
})

export function App() {
  const t = useWords(LAYOUT_WORDS)
  const session = useSession()
  const path = usePath()
  useEffect(() => void askWhoIAm(), [])
  useEffect(() => {
    if (session.kind === 'not-set-up' && path !== '/setup') navigate('/setup', 'replace')
    if (session.kind === 'signed-out' && path !== '/login' && path !== '/setup') {
      const wanted = path + location.search
      navigate(wanted === '/' ? '/login' : `/login?next=${encodeURIComponent(wanted)}`, 'replace')
    }
    if (session.kind === 'signed-in' && (path === '/login' || path === '/setup')) {
      navigate(ownPath(new URLSearchParams(location.search).get('next')), 'replace')
    }
  }, [session.kind, path])
  switch (session.kind) {
    case 'asking':
      return <p className="loading alone">{t.asking}</p>
    case 'unreachable':
      return (
        <main className="door">
          <h1>{t.unreachable}</h1>
          <Problem refusal={session.refusal} />
          <Button kind="primary" onClick={() => void askWhoIAm()}>
            {t.reload}
          </Button>
        </main>
      )
    case 'not-set-up':
      return <SetUp isDone={false} />
    case 'signed-out':
      return path === '/setup' ? <SetUp isDone /> : <SignIn session={session} />
    case 'signed-in':
      return (
        <Suspense>
          {session.me.mustEnrol === true ? <EnrolFirst /> : <Frame />}
          <ShowAgain />
        </Suspense>
      )
  }
}
