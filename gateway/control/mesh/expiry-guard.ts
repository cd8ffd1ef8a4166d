// When many leases run out at once it is our hearing that is suspect, not all of their owners.

/** Shares above which a loss counts as a mass expiry, and the least number that can be one. */
const OF_SERVICE = { share: 0.25, atLeast: 2 }
const OF_ALL = { share: 0.15, atLeast: 3 }
/** A guard that is on lets go only well below the share that switched it on. */
const HYSTERESIS = 0.5

export interface Loss {
  /** Leases that ran out lately, are about to, or are kept by the guard. */
  readonly lost: number
  /** Those and the ones that are well. */
  readonly total: number
}

/** Whether leases of a service must be kept although they ran out. `isOn`: some are kept already. */
export function isMassExpiry(ofService: Loss, ofAll: Loss, isOn: boolean): boolean {
  return isMass(ofService, OF_SERVICE, isOn) || isMass(ofAll, OF_ALL, isOn)
}

function isMass({ lost, total }: Loss, { share, atLeast }: typeof OF_ALL, isOn: boolean): boolean {
  return lost >= atLeast && lost > total * share * (isOn ? HYSTERESIS : 1)
}
