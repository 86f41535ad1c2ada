// biome-ignore lint/style/noRestrictedImports: the one place.
import fc from 'fast-check'

/**
 * Chooses what is random: the same in every `npm test`, so that no change is refused for what another has broken, and something else
 * in each `npm run fuzz`. `FUZZ_SEED` repeats that, or has the property tests look elsewhere.
 */
export const seed = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_RUNS === undefined ? 1 : Date.now() % 1_000_000))

fc.configureGlobal({ seed })

export default fc
