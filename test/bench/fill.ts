import type { Store } from '../../src/log/store.ts'
import type { Millis } from '../../src/reading.ts'

const batch = 10_000

/** Stores so many readings of 100 series in turn, one a millisecond from `from` on, and sees each batch to the disk. */
export async function fillStore(store: Store, readings: number, from: Millis): Promise<void> {
  for (let begin = 0; begin < readings; begin += batch) {
    store.append(
      Array.from({ length: batch }, (_, i) => ({
        device: `bench:${(begin + i) % 100}`,
        metric: 'temperature',
        unit: 'Cel',
        value: ((begin + i) % 1000) / 10,
        time: from + begin + i,
      })),
    )
    store.commitSoon()
    await store.durable(store.head)
  }
}
