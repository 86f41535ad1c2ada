import type { MqttFrame } from '../../src/frame.ts'
import type { FrameSink } from '../../src/ingest/input.ts'
import { DurabilityByHand } from './durability.ts'

/** What stands behind an input in tests: keeps the frames, and a log that commits by hand or, with `auto`, at once. */
export class FrameLog {
  readonly frames: MqttFrame[] = []
  readonly durability = new DurabilityByHand()
  auto = true

  readonly sink: FrameSink = (frame) => {
    if (frame.transport !== 'mqtt') return
    // The payload is a view of the socket's buffer.
    this.frames.push({ ...frame, payload: Buffer.from(frame.payload) })
    this.durability.append()
    if (this.auto) setImmediate(() => this.durability.commit())
  }

  get texts(): string[] {
    return this.frames.map(({ payload }) => payload.toString())
  }
}

/** Waits until `condition` holds; the test's own time-out ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
