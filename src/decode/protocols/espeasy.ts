import type { DecoderState } from '../decoder.ts'
import type { Draft } from '../draft.ts'
import type { Protocol } from './protocol.ts'

/**
 * ESPEasy publishes `<prefix>/<unit>/<task>/<value>` under a prefix that is free. What gives it away is its last will: whatever stands beside
 * a `status` or `LWT` of `Connected` or `Connection Lost` is a unit of it. https://espeasy.readthedocs.io/en/latest/Controller/C005.html
 */
export const espeasy: Protocol = {
  claims: (_draft, state, topic) => isStatus(topic) || isKnown(state, unitOf(topic, 2)),
  decode(draft, _options, readMembers) {
    const topic = draft.frame.transport === 'mqtt' ? draft.frame.topic : ''
    if (!isStatus(topic)) {
      if (!draft.read() || typeof draft.root === 'object') return false
      readMembers()
      return true
    }
    const online = words.get(draft.text() ?? '')
    if (online === undefined) return false
    draft.about(draft.captures.unit!)
    remember(draft, unitOf(topic, 1))
    draft.event({ type: 'availability', device: draft.device, online, scope: 'device' })
    return true
  },
}

const words = new Map([
  ['Connected', true],
  ['Connection Lost', false],
])

function isStatus(topic: string): boolean {
  return topic.endsWith('/status') || topic.endsWith('/LWT')
}

/** The topic without its last levels. */
function unitOf(topic: string, levels: number): string {
  return topic.split('/').slice(0, -levels).join('/')
}

const key = 'espeasy/units'

/** More units than one broker has, and a bound for the state. */
const unitsMax = 1000

function isKnown(state: DecoderState, unit: string): boolean {
  return ((state.get(key) ?? []) as string[]).includes(unit)
}

function remember(draft: Draft, unit: string): void {
  const units = (draft.state.get(key) ?? []) as string[]
  if (!units.includes(unit) && units.length < unitsMax) draft.put(key, [...units, unit])
}
