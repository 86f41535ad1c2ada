import type { Framing } from '../../framing.ts'
import { createFramer } from './framers/create-framer.ts'
import type { FramingRejection } from './framers/framer.ts'

/** How one open port is used, from its opening to its end: listened to, or asked. */
export interface Talk {
  /** The port is open: `write` sends. */
  begin(write: (bytes: Uint8Array) => Promise<void>): void
  hear(bytes: Uint8Array): void
  /** The port is gone: what is unfinished is dropped. */
  end(): void
}

export interface TalkHandlers {
  /** `request`: what had been sent to get this. */
  onFrame(frame: Uint8Array, request?: Uint8Array): void
  onReject(rejection: FramingRejection): void
  /**
   * Who has not answered several requests in a row: addresses on a bus, told when they change.
   * @param isEverybody nobody on the line answers
   */
  onSilence(silent: readonly number[], isEverybody: boolean): void
}

/** For devices that speak by themselves; the port is opened amid what they say. */
export function listen(framing: Framing, { onFrame, onReject }: TalkHandlers): Talk {
  const framer = createFramer(framing, { onFrame: (frame) => onFrame(frame), onReject }, { openedMidStream: true })
  return { begin() {}, hear: (bytes) => framer.push(bytes), end: () => framer.close() }
}
