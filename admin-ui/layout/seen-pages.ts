// The pages that whoever is signed in may see: in the navigation, in the palette, by keys.

import { PAGES, type PageEntry } from '../pages/registry.ts'
import { useMay } from '../session/session.ts'

export type ListedPage = PageEntry & { readonly navigation: NonNullable<PageEntry['navigation']> }

/** In the order of the navigation; without those that are only reached from other pages. */
export function useSeenPages(): readonly ListedPage[] {
  const isOperator = useMay('operator')
  return PAGES.filter(
    (page): page is ListedPage =>
      page.navigation !== null && (page.role === 'viewer' || isOperator),
  )
}
