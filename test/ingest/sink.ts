import { GatewayError } from '../../src/errors.ts'
import type { MqttFrame } from '../../src/frame.ts'
import type { FrameSink } from '../../src/ingest/input.ts'
import { DurabilityByHand } from './durability.ts'

/** What stands behind an input in tests: keeps the frames, and a log that commits by hand or, with `auto`, at once. */
export class FrameLog {
  readonly frames: MqttFrame[] = []
  readonly durability = new DurabilityByHand()
  auto = true
  /** So many frames are refused, as by a log that takes no more. */
  refuses = 0

  readonly sink: FrameSink = (frame) => {
    if (frame.transport !== 'mqtt') return
    if (this.refuses > 0) {
      this.refuses--
      throw new GatewayError(
        'unavailable',
        '500000 readings wait for the disk, no more are taken',
        'make room on the disk',
      )
    }
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
