// The frame around all pages for those who are signed in: navigation, search, account, banners, and the page itself.

import { Suspense, useEffect, useRef, useState } from 'react'
import { Button } from '../kit/button.tsx'
import { Page } from '../kit/page.tsx'
import { Toasts } from '../kit/toasts.tsx'
import { KIT_WORDS } from '../kit/words.ts'
import { useWords } from '../language/words.ts'
import { PAGE_NAMES, PAGES, type Section } from '../pages/registry.ts'
import { Link } from '../router/link.tsx'
import { navigate, usePath } from '../router/location.ts'
import { match } from '../router/match.ts'
import { useMay } from '../session/session.ts'
import { AccountMenu } from './account-menu.tsx'
import { Banners } from './banners.tsx'
import { Fallible } from './fallible.tsx'
import { KeysHelp } from './keys-help.tsx'
import { Palette } from './palette.tsx'
import { useSeenPages } from './seen-pages.ts'
import { useShortcuts } from './shortcuts.ts'
import { LAYOUT_WORDS } from './words.ts'

const SECTIONS: readonly Section[] = ['see', 'traffic', 'change', 'administration']

export function Frame() {
  const t = useWords(LAYOUT_WORDS)
  const path = usePath()
  const pages = useSeenPages()
  const [open, setOpen] = useState<'palette' | 'keys' | 'navigation' | null>(null)
  useShortcuts({
    onPalette: () => setOpen('palette'),
    onHelp: () => setOpen('keys'),
    onGoTo(key) {
      const page = pages.find(({ navigation }) => navigation.key === key)
      if (page !== undefined) navigate(page.pattern)
    },
  })
  useEffect(() => setOpen((now) => (now === 'navigation' ? null : now)), [path])
  return (
    <div className="frame" data-navigation={open === 'navigation' ? 'open' : undefined}>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <header className="top">
        <button
          type="button"
          className="icon-button menu-button"
          aria-label={t.menu}
          aria-expanded={open === 'navigation'}
          onClick={() => setOpen(open === 'navigation' ? null : 'navigation')}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M2 4h12M2 8h12M2 12h12" />
          </svg>
        </button>
        <Link to="/" className="mark">
          <img src="/icon.svg" alt="" width="22" height="22" />
          Sallyport
        </Link>
        <button type="button" className="search-button" onClick={() => setOpen('palette')}>
          <span>{t.search}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t.keys}
          onClick={() => setOpen('keys')}
        >
          <span aria-hidden="true">?</span>
        </button>
        <AccountMenu />
      </header>
      <Navigation path={path} />
      <div className="middle">
        <Banners />
        <main id="content" tabIndex={-1}>
          <Fallible key={path}>
            <Shown path={path} />
          </Fallible>
        </main>
      </div>
      <Toasts />
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      {open === 'keys' && <KeysHelp onClose={() => setOpen(null)} />}
    </div>
  )
}

function Navigation({ path }: { readonly path: string }) {
  const t = useWords(LAYOUT_WORDS)
  const names = useWords(PAGE_NAMES)
  const pages = useSeenPages()
  return (
    <nav className="side" aria-label={t.mainNavigation}>
      {SECTIONS.map((section) => (
        <div key={section}>
          <h2>{t.sections[section]}</h2>
          <ul>
            {pages.map(({ pattern, navigation }) =>
              navigation.section !== section ? null : (
                <li key={pattern}>
                  <Link to={pattern} aria-current={isWithin(path, pattern) ? 'page' : undefined}>
                    {names[navigation.name]}
                  </Link>
                </li>
              ),
            )}
          </ul>
        </div>
      ))}
    </nav>
  )
}

function isWithin(path: string, pattern: string): boolean {
  return path === pattern || (pattern !== '/' && path.startsWith(`${pattern}/`))
}

function Shown({ path }: { readonly path: string }) {
  const t = useWords(LAYOUT_WORDS)
  const kit = useWords(KIT_WORDS)
  useFocusOnArrival(path)
  const may = { viewer: true, operator: useMay('operator'), admin: useMay('admin') }
  for (const { pattern, role, Component } of PAGES) {
    const params = match(pattern, path)
    if (params === null) continue
    if (!may[role]) return <NotPermitted />
    return (
      <Suspense fallback={<p className="loading">{kit.loading}</p>}>
        <Component params={params} />
      </Suspense>
    )
  }
  return (
    <Page title={t.notFound}>
      <Button kind="primary" onClick={() => navigate('/')}>
        {t.backToStart}
      </Button>
    </Page>
  )
}

/** Of a page that the navigation does not offer them. */
function NotPermitted() {
  const t = useWords(LAYOUT_WORDS)
  const { not_permitted: problem } = useWords(KIT_WORDS).problems
  return (
    <Page title={problem.title} lead={problem.todo}>
      <Button kind="primary" onClick={() => navigate('/')}>
        {t.backToStart}
      </Button>
    </Page>
  )
}

/** Who follows a link hears where they are: the focus goes to the new page, as if it had been loaded. */
function useFocusOnArrival(path: string): void {
  const last = useRef(path)
  useEffect(() => {
    if (last.current === path) return
    last.current = path
    window.scrollTo(0, 0)
    document.getElementById('content')?.focus({ preventScroll: true })
  }, [path])
}
