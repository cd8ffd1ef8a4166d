// How far back the live view looks, and how finely.

export const WINDOWS = ['5m', '1h', '24h'] as const
export type Window = (typeof WINDOWS)[number]

export const SHAPES: Readonly<Record<Window, { readonly stepMs: number; readonly slots: number }>> =
  {
    '5m': { stepMs: 1000, slots: 300 },
    '1h': { stepMs: 10_000, slots: 360 },
    '24h': { stepMs: 60_000, slots: 1440 },
  }
