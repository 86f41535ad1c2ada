import { describe, expect, it } from 'vitest'
import { compileTopic } from '../../src/decode/topic.ts'

const kinds = { number: (text: string) => /^\d+$/.test(text) }
const match = (pattern: string, topic: string) => compileTopic(pattern, kinds).match(topic.split('/'))

describe('a topic pattern', () => {
  it.each([
    ['tele/{device}/SENSOR', 'tele/boiler/SENSOR', { device: 'boiler' }],
    ['{base}/x', 'a/x', { base: 'a' }],
    ['{base...}/events/rpc', 'a/b/c/events/rpc', { base: 'a/b/c' }],
    ['zigbee2mqtt/{name...}', 'zigbee2mqtt/kitchen/lamp', { name: 'kitchen/lamp' }],
    ['a/{x...}/{y}', 'a/b/c/d', { x: 'b/c', y: 'd' }],
    ['zwave/nodeID_{node}/{cc:number}', 'zwave/nodeID_4/49', { node: '4', cc: '49' }],
    ['{a}/{verb:set|get}', 'lamp/set', { a: 'lamp', verb: 'set' }],
  ])('%s takes %s', (pattern, topic, captures) => {
    expect(match(pattern, topic)).toEqual(captures)
  })

  it.each([
    ['tele/{device}/SENSOR', 'tele/boiler/STATE'],
    ['tele/{device}/SENSOR', 'tele/a/b/SENSOR'],
    ['tele/{device}/SENSOR', 'tele//SENSOR'],
    ['{base...}/x', 'x'],
    ['zwave/nodeID_{node}', 'zwave/nodeID_'],
    ['a/{cc:number}', 'a/temperature'],
    ['{a}/{verb:set|get}', 'lamp/reset'],
  ])('%s leaves %s', (pattern, topic) => {
    expect(match(pattern, topic)).toBeNull()
  })

  it.each([
    ['a/{x...}/{y...}', /more than one/],
    ['a/{x}/{x}', /twice/],
    ['a/+/b', /write \{name\} for \+/],
    ['a/#', /\{name\.\.\.\} for #/],
    ['a/{x', /'\{x'/],
    ['a/{x}{y}', /one \{name\}/],
  ])('%s is refused, and says why', (pattern, message) => {
    expect(() => compileTopic(pattern, kinds)).toThrow(message)
  })
})
