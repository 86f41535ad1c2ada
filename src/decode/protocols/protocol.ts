import type * as z from 'zod'
import type { Poll } from '../../framing.ts'
import type { DecoderState } from '../decoder.ts'
import type { Draft } from '../draft.ts'

/**
 * A protocol that data cannot express. It reads the frame of the draft and hands raw values to the draft, which alone decides what is a
 * reading. Pure: what it must remember goes into the state.
 */
export interface Protocol {
  /** What `options` of a profile's rule may be; none unless given. */
  readonly options?: z.ZodType
  /**
   * Whether a topic that fits the rule's pattern is this protocol's, for protocols that learn topics from messages. Asked when a topic is
   * first seen, and again after the state has changed.
   */
  claims?(draft: Draft, state: DecoderState, topic: string): boolean
  /**
   * What a serial port asks the device, where the options say it.
   * @param addresses of the devices on the bus, where they are others than the options say
   */
  polls?(options: unknown, addresses?: readonly number[]): readonly Poll[]
  /**
   * Returns false to leave the frame to the next rule. `readMembers` takes what the draft's document holds by the readings of the rule, for
   * protocols that only make a document of the payload.
   */
  decode(draft: Draft, options: unknown, readMembers: () => void): boolean | undefined
}
