// A long list that is made piece by piece, as its end comes into sight: a page of thousands of rows must not wait for all.

import { useEffect, useRef, useState, type RefCallback } from 'react'

const FIRST = 60
const MORE = 120
/** So far ahead of what is seen. */
const AHEAD = '1200px 0px'

/** How many of `length` to make now, and where to put the mark behind the last of them. */
export function useGrowing(length: number): readonly [number, RefCallback<Element>] {
  const [count, setCount] = useState(FIRST)
  const observer = useRef<IntersectionObserver | null>(null)
  useEffect(() => () => observer.current?.disconnect(), [])
  const mark: RefCallback<Element> = (element) => {
    observer.current?.disconnect()
    if (element === null) return
    observer.current = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setCount((now) => now + MORE)
      },
      { rootMargin: AHEAD },
    )
    observer.current.observe(element)
  }
  return [Math.min(count, length), mark]
}
