import { fuzz } from './fuzz.ts'

/**
 * `npm run fuzz [-- messages [seed]]`: a million mutated messages and frames over all families unless told otherwise. A failure names
 * the bytes; the seed repeats the run.
 */
const total = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
/** Each round has a decoder of its own, so that the first seconds of one are tried as well. */
const perRound = 100_000
/** The heap may vary by so much from round to round before it counts as a leak. */
const heapGrowthMax = 256 * 1024 * 1024

process.stdout.write(`seed ${seed}\n`)
let heapBefore = 0
for (let done = 0, round = 0; done < total; round++) {
  const start = performance.now()
  const { messages, readings, rejected, state } = fuzz(Math.min(perRound, total - done), seed + round)
  done += messages
  // What is only waiting to be collected is no leak.
  global.gc?.()
  const heap = process.memoryUsage().heapUsed
  if (round === 0) heapBefore = heap
  const us = ((performance.now() - start) * 1000) / messages
  process.stdout.write(
    `${done} messages: ${readings} readings, ${rejected} rejections, ${state} entries of state, ${us.toFixed(1)} µs each, heap ${Math.round(heap / 1e6)} MB\n`,
  )
  if (heap - heapBefore > heapGrowthMax) throw new Error('the heap grows')
}
