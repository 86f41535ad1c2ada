/** A small generator of pseudo-random numbers (mulberry32), so that every run can be repeated by its seed. */
export interface Random {
  /** A whole number in [0, below). */
  below(below: number): number
  pick<T>(of: readonly T[]): T
  /** True once in so many times. */
  once(times: number): boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * end)
  }
  return { below, pick: (of) => of[below(of.length)]!, once: (times) => below(times) === 0 }
}
