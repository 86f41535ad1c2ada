/** How many inputs a fuzz test tries: few in every test run, `FUZZ_RUNS` in `npm run fuzz`. */
export function fuzzRuns(few: number): number {
  return Number(process.env.FUZZ_RUNS ?? few)
}

/** Time for so many, on a machine that is busy with other things as well. */
export function fuzzTimeout(few: number): number {
  return 20_000 + fuzzRuns(few) * 50
}
