import { expect, it } from 'vitest'
import { seed } from '../setup/properties.ts'
import { fuzz } from './fuzz.ts'
import { fuzzRuns, fuzzTimeout, MemoryWatch } from './runs.ts'

/** They are quick: a million where the others try 20,000. */
const inputs = fuzzRuns(30) * 50

/** Each round has a decoder of its own, so that the first seconds of one are tried as well. */
const perRound = Math.min(100_000, Math.ceil(inputs / 5))

it(`keeps every promise about readings under ${inputs} messages and frames of any bytes (seed ${seed})`, {
  timeout: fuzzTimeout(30),
}, (context) => {
  // What decoders keep of the profiles is there before.
  fuzz(perRound, seed)
  const memory = new MemoryWatch()
  let [tried, refused, readings] = [0, 0, 0]
  for (let round = 1; tried < inputs; round++) {
    const outcome = fuzz(Math.min(perRound, inputs - tried), seed + round)
    tried += outcome.messages
    refused += outcome.rejected
    readings += outcome.readings
    memory.look()
  }
  memory.tell(context, { subject: 'decoders: MQTT messages and serial frames', inputs: tried, refused })
  expect(readings).toBeGreaterThan(0)
})
