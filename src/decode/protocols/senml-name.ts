/** Where a record belongs. */
export interface Place {
  /** Native id of the device. */
  readonly device: string
  /** What is measured; empty where the record does not say. */
  readonly name: string
  /** Part of the device that the name goes through. */
  readonly channel: string | undefined
}

/**
 * Splits a SenML name (RFC 8428 §4.5.1) into device and quantity. `urn:dev:` names say where the device ends (RFC 9039 §3.2); otherwise
 * the base name is the device; otherwise what stands before the last separator. A name without any is of the topic's device.
 */
export function placeOf(base: string, name: string, topic: string): Place {
  const whole = base + name
  const urn = deviceUrn.exec(whole)
  if (urn) return placed(urn[1]!, urn[2] ?? '')
  const trimmed = base.replace(/[-:./_]+$/, '')
  if (trimmed !== '' && name !== '') return placed(trimmed, name)
  const [, device, rest] = /^(.+)[/:](.*)$/.exec(whole) ?? /^(.+)\.(.*)$/.exec(whole) ?? []
  return device ? placed(device, rest!) : placed(topic, whole)
}

/** `urn:dev:<kind>:<id>`, then a subcomponent behind `_` or whatever the sender puts between. */
const deviceUrn = /^(urn:dev:[a-z]+:[A-Za-z0-9.-]+)(?:[_:/]+(.*))?$/i

function placed(device: string, path: string): Place {
  const parts = path.split(/[/:]/).filter((part) => part !== '')
  const name = parts.pop() ?? ''
  return { device, name, channel: parts.length > 0 ? parts.join('.') : undefined }
}
