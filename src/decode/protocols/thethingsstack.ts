import { findMetric } from '../../metrics.ts'
import { conversion } from '../../units.ts'
import { metricOfUnit, targetOf } from '../declared-target.ts'
import type { Draft } from '../draft.ts'
import { takeMembers } from '../members.ts'
import { meaningOf } from '../names.ts'
import { lookUp } from '../path.ts'
import type { MetricTarget } from '../profile.ts'
import type { Protocol } from './protocol.ts'
import { normalized } from './thethingsstack-normalized.ts'

/**
 * Messages of The Things Stack, version 3 (https://www.thethingsindustries.com/docs/integrations/data-formats/). Of an uplink the payload
 * normalized to known units comes first, else what the device's formatter made of it; and the signal of the gateway that heard it best.
 */
export const thethingsstack: Protocol = {
  decode(draft) {
    if (!draft.read()) {
      draft.reject(draft.problem, 'message')
      return true
    }
    const id = text(draft.root, 'end_device_ids', 'device_id') ?? draft.captures.device!
    draft.about(text(draft.root, 'end_device_ids', 'dev_eui')?.toUpperCase() ?? id)
    const uplink = lookUp(draft.root, ['uplink_message'])
    const location = lookUp(draft.root, ['location_solved', 'location'])
    if (isObject(uplink)) takeUplink(draft, uplink)
    else if (isObject(location)) takeLocation(draft, location)
    else if (lookUp(draft.root, ['join_accept']) === undefined) draft.reject('ignored_topic', 'message')
    if (draft.hasReadings || lookUp(draft.root, ['join_accept']) !== undefined) draft.seen(id)
    return true
  },
}

const rssi: MetricTarget = { metric: 'rssi' }
const snr: MetricTarget = { metric: 'snr' }
const latitude: MetricTarget = { metric: 'latitude' }
const longitude: MetricTarget = { metric: 'longitude' }
const altitude: MetricTarget = { metric: 'altitude' }
const accuracy: MetricTarget = { metric: 'accuracy' }

function takeUplink(draft: Draft, uplink: object): void {
  const receivedAt = lookUp(uplink, ['received_at'])
  if (receivedAt !== undefined) draft.timed(receivedAt, 'iso', 'uplink_message.received_at')
  else draft.timed(lookUp(draft.root, ['received_at']), 'iso', 'received_at')
  takeSignal(draft, uplink)
  const measurements = lookUp(uplink, ['normalized_payload'])
  const decoded = lookUp(uplink, ['decoded_payload'])
  if (Array.isArray(measurements) && measurements.length > 0) takeNormalized(draft, measurements)
  else if (isObject(decoded)) {
    draft.at = 'uplink_message.decoded_payload'
    takeMembers(draft, withoutUnits(draft, decoded), 'measured')
  } else if (text(uplink, 'frm_payload')) draft.reject('no_decoder', 'uplink_message.frm_payload')
}

/** Takes members such as `"Bat": "3.38 V"`, which many formatters make, and gives back the others. */
function withoutUnits(draft: Draft, decoded: object): object {
  if (Array.isArray(decoded)) return decoded
  const others: [string, unknown][] = []
  for (const [name, value] of Object.entries(decoded)) {
    const [, number, unit] = (typeof value === 'string' && value.length < 40 && quantity.exec(value)) || []
    if (unit === undefined || !isUnitOf(unit, name) || ++draft.fields > draft.fieldsMax) others.push([name, value])
    else draft.measureAs(targetOf(name, unit), number, `${draft.at}.${name}`)
  }
  return Object.fromEntries(others)
}

/** Whether it is a unit at all, rather than a word behind a number. */
function isUnitOf(unit: string, name: string): boolean {
  const metric = meaningOf(name)?.metric
  const canonical = metric && findMetric(metric)?.unit
  return metricOfUnit(unit) !== undefined || (canonical ? conversion(unit, canonical) !== undefined : false)
}

const quantity = /^([+-]?\d+(?:\.\d+)?) ?([^\d\s].*)$/

/** Gateways in reach all report one uplink. */
function takeSignal(draft: Draft, uplink: object): void {
  const heard = lookUp(uplink, ['rx_metadata'])
  if (!Array.isArray(heard)) return
  const strength = (one: unknown) => {
    const value = lookUp(one, ['rssi'])
    return typeof value === 'number' ? value : -Infinity
  }
  const best = heard.slice(0, gatewaysMax).reduce((a, b) => (strength(b) > strength(a) ? b : a), heard[0])
  if (!isObject(best)) return
  const at = `uplink_message.rx_metadata.${heard.indexOf(best)}`
  for (const target of [rssi, snr]) {
    const value = lookUp(best, [target.metric])
    if (value !== undefined) draft.measure(target, value, `${at}.${target.metric}`)
  }
}

/** Gateways looked at of those that heard an uplink. */
const gatewaysMax = 500

/** Each measurement may have a time of its own. */
function takeNormalized(draft: Draft, measurements: readonly unknown[]): void {
  const { time } = draft
  for (const [index, measurement] of measurements.entries()) {
    if (++draft.fields > draft.fieldsMax) return draft.outcome.rejectAll('too_many_fields', 'message')
    const at = `uplink_message.normalized_payload.${index}`
    const own = lookUp(measurement, ['time'])
    if (own !== undefined) draft.timed(own, 'iso', `${at}.time`)
    for (const [path, target] of normalized) {
      const value = lookUp(measurement, path)
      if (value !== undefined) draft.measure(target, value, `${at}.${path.join('.')}`)
    }
    draft.time = time
  }
}

function takeLocation(draft: Draft, location: object): void {
  draft.timed(lookUp(draft.root, ['received_at']), 'iso', 'received_at')
  for (const target of [latitude, longitude, altitude, accuracy]) {
    const value = lookUp(location, [target.metric])
    if (value !== undefined) draft.measure(target, value, `location_solved.location.${target.metric}`)
  }
}

function text(document: unknown, ...path: string[]): string | undefined {
  const value = lookUp(document, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
