/** Why something did not become a reading: the closed vocabulary, and what each word means to a person. */
export const reasons = {
  ambiguous_metric: 'the message does not say what was measured; a profile can',
  bad_frame: 'the frame is not built as the protocol says',
  checksum_mismatch: 'the checksum does not match: bytes were lost or changed on the way',
  clock_invalid: "the device's clock is not to be trusted; the time of arrival was taken instead",
  column_count: 'the line has another number of columns than the profile',
  command_topic: 'a command to a device, not something it measured',
  device_exception: 'the device answered that it cannot do what was asked',
  duplicate: 'the same message was stored before',
  empty: 'the payload is empty, which is not a zero',
  header_line: 'a line of column names',
  ignored_device: 'a device that measures nothing, such as a beacon',
  ignored_frame: 'an answer to a command, not a measurement',
  ignored_sentence: 'a sentence that carries nothing we read',
  ignored_topic: 'a topic of this family that carries no measurements',
  json_syntax: 'the payload is not valid JSON',
  no_decoder: 'the payload is opaque bytes and no profile says what they mean',
  no_device: 'the message does not say which device it is about',
  no_value: 'the device says that it has no value',
  not_finite: 'NaN or infinite',
  not_utf8: 'the text is not UTF-8',
  nothing_measured: 'nothing in the message is something that was measured, as far as this family is known',
  null_value: 'null: the device has no value',
  out_of_range: 'outside of what this metric can be',
  precision_loss: 'an integer beyond 2^53, which would be stored wrong',
  sentinel: 'a number by which this sensor says that it has no value',
  state_full: 'more is declared than the gateway keeps of one source',
  suppressed: 'the device itself says that this value means nothing now',
  text_syntax: 'the text is not in the format of the profile',
  too_large: 'the message is larger than 1 MiB',
  too_much_state: 'more devices have announced themselves than the gateway can remember',
  too_many_fields: 'the message has more than 500 fields',
  truncated: 'the message ends too early',
  type_mismatch: 'the value is of another type than the metric',
  unexpected_slave: 'an answer from another device than the one asked',
  unknown_alias: 'the alias is not known before the next birth message',
  unknown_profile: 'no profile of that name',
  unknown_topic: 'no family knows this topic, and nothing in the message has a known name',
  unknown_unit: 'the unit is not known, or is of another quantity than the metric',
  unsupported_feature: 'the message needs a feature that is not supported, and must not be read without it',
} as const

export type Reason = keyof typeof reasons

/**
 * Reasons that say nothing is wrong: messages that were never meant to become readings. They are told to whoever decodes
 * by hand, and are kept out of the quarantine.
 */
export const quietReasons: ReadonlySet<Reason> = new Set<Reason>([
  'command_topic',
  'duplicate',
  'header_line',
  'ignored_device',
  'ignored_frame',
  'ignored_sentence',
  'ignored_topic',
  'nothing_measured',
])
