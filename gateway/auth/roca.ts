// Recognises RSA moduli made by the flawed Infineon generator (ROCA, CVE-2017-15361), whose private keys can be computed.

const PRIMES = primesBelow(168).filter((prime) => prime !== 2)
const GENERATOR = 65_537

// Such a modulus is a power of 65537 modulo each of the small primes; for a random one all 38 hold once in 2^27 or less.
const RESIDUES = PRIMES.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * GENERATOR) % prime) powers.add(power)
  return { prime: BigInt(prime), powers }
})

/** Whether an RSA modulus carries the fingerprint. */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return RESIDUES.every(({ prime, powers }) => powers.has(Number(modulus % prime)))
}

function primesBelow(limit: number): number[] {
  const primes: number[] = []
  for (let n = 2; n < limit; n += 1) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  return primes
}
