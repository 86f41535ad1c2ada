import type { Draft } from '../draft.ts'
import { childKinds, type Measured, values } from './mysensors-types.ts'
import type { Protocol } from './protocol.ts'

/**
 * MySensors serial API 2.x: `node;child;command;ack;type;payload`, and the same as levels of a topic over its MQTT gateways. What a child
 * is and in which unit it measures is presented once, and remembered.
 */
export const mysensors: Protocol = {
  decode(draft) {
    const message = readMessage(draft)
    if (message) takeMessage(draft, message)
    return true
  },
}

interface Message {
  readonly node: number
  readonly child: number
  readonly command: number
  readonly echo: boolean
  readonly type: number
  readonly payload: string
}

/** Commands of the API. */
const presentation = 0
const set = 1
const internal = 3
/** Child that stands for the node itself. */
const wholeNode = 255

function readMessage(draft: Draft): Message | null {
  const text = draft.text()
  if (text === null) {
    draft.reject('not_utf8', 'message')
    return null
  }
  const { node, child, command, ack, type } = draft.captures
  const fields =
    node === undefined
      ? /^(\d{1,3});(\d{1,3});([0-4]);([01]);(\d{1,3});(.*)$/.exec(text.trim())?.slice(1)
      : [node, child!, command!, ack!, type!, text]
  const numbers = fields?.slice(0, 5).map(Number)
  if (!numbers || numbers.some((number) => number > 255)) {
    draft.reject('text_syntax', 'message')
    return null
  }
  const [nodeId, childId, commandId, ackFlag, typeId] = numbers as [number, number, number, number, number]
  return {
    node: nodeId,
    child: childId,
    command: commandId,
    echo: ackFlag === 1,
    type: typeId,
    payload: fields![5]!.trim(),
  }
}

function takeMessage(draft: Draft, message: Message): void {
  const { command, type, echo } = message
  // The gateway's own log lines are of node 0; nodes ask for ids as 255.
  if (command === internal) takeInternal(draft, message)
  else if (command === presentation) takePresentation(draft, message)
  // Requests, firmware, and values that were sent to an actuator and come back.
  else if (command !== set || echo) draft.reject('ignored_frame', 'message')
  else if (type === unitPrefix) {
    about(draft, message)
    draft.put(unitKey(draft, message), message.payload)
    draft.reject('ignored_frame', 'message')
  } else takeValue(draft, message)
}

const unitPrefix = 43
const position = 49
const batteryLevel = 0
const sketchName = 11

function takeInternal(draft: Draft, message: Message): void {
  const { type, payload, node } = message
  about(draft, message)
  if (type === batteryLevel && node !== 0) {
    draft.measure({ metric: 'battery' }, payload, 'message')
    if (draft.hasReadings) draft.seen()
  } else {
    if (type === sketchName && payload !== '') draft.seen(payload)
    draft.reject('ignored_frame', 'message')
  }
}

function takePresentation(draft: Draft, message: Message): void {
  about(draft, message)
  if (message.child !== wholeNode) draft.put(kindKey(draft, message), message.type)
  draft.seen()
  draft.reject('ignored_frame', 'message')
}

function takeValue(draft: Draft, message: Message): void {
  about(draft, message)
  const kind = draft.state.get(kindKey(draft, message))
  const measured = meaningOf(message.type, typeof kind === 'number' ? childKinds[kind] : undefined)
  draft.channel = String(message.child)
  if (message.type === position) return takePosition(draft, message.payload)
  if (!measured) return draft.reject('ignored_frame', 'message')
  const unit = draft.state.get(unitKey(draft, message))
  if (typeof unit === 'string' && unit !== '' && measured.free)
    draft.measureIn(measured.reading.metric, unit, message.payload, 'message')
  else draft.measure(measured.reading, message.payload, 'message')
  if (draft.hasReadings) draft.seen()
}

/** `V_POSITION`: latitude, longitude and maybe the altitude in m. */
function takePosition(draft: Draft, payload: string): void {
  const [latitude = '', longitude = '', altitude, ...rest] = payload.split(payload.includes(';') ? ';' : ',')
  if (rest.length > 0) return draft.reject('type_mismatch', 'message')
  draft.measure(latitudeTarget, latitude, 'latitude')
  draft.measure(longitudeTarget, longitude, 'longitude')
  if (altitude !== undefined) draft.measure(altitudeTarget, altitude, 'altitude')
  if (draft.hasReadings) draft.seen()
}

const latitudeTarget = { metric: 'latitude' } as const
const longitudeTarget = { metric: 'longitude' } as const
const altitudeTarget = { metric: 'altitude' } as const

/** What a value is; some types say so only together with the kind of the child. */
function meaningOf(type: number, kind: Partial<Record<number, Measured>> | undefined): Measured | undefined {
  return kind?.[type] ?? values[type]
}

/** A gateway other than the usual one says whose node it is. */
function about(draft: Draft, { node }: Message): void {
  const { frame } = draft
  const gateway = frame.transport === 'serial' ? frame.device : draft.captures.gateway
  draft.about(gateway && !/^(mygateway1|mysensors)$/i.test(gateway) ? `${gateway}:${node}` : String(node))
}

const kindKey = (draft: Draft, { child }: Message): string => `child/${draft.device}/${child}`
const unitKey = (draft: Draft, { child }: Message): string => `unit/${draft.device}/${child}`
