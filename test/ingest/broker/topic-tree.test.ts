import { expect, it } from 'vitest'
import { TopicTree } from '../../../src/ingest/broker/topic-tree.ts'
import { isTopicFilter } from '../../../src/ingest/mqtt/topics.ts'
import fc from '../../setup/properties.ts'

const level = fc.constantFrom('a', 'b', '', '$SYS', 'c')
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filter = fc
  .array(fc.oneof({ weight: 3, arbitrary: level }, fc.constantFrom('+', '#')), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter(isTopicFilter)
const owner = fc.constantFrom('x', 'y', 'z')
const step = fc.record({ kind: fc.constantFrom('set', 'set', 'delete'), filter, owner })

it('finds the owners whose filters take a topic, as looking at each filter does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), topic, (steps, name) => {
      const tree = new TopicTree<string>()
      const held = new Map<string, { filter: string; owner: string }>()
      for (const { kind, filter, owner } of steps) {
        const key = `${owner} ${filter}`
        if (kind === 'set') {
          tree.set(filter, owner, filter)
          held.set(key, { filter, owner })
        } else {
          tree.delete(filter, owner)
          held.delete(key)
        }
      }
      const expected = [...held.values()].filter((one) => matchesTopic(one.filter, name)).map((one) => one.owner)
      expect([...tree.match(name).keys()].sort()).toEqual([...new Set(expected)].sort())
    }),
    { numRuns: 1000 },
  )
})

it.each([
  ['#', 'a', true],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
  ['a/#', 'a', true],
  ['a/+', 'a', false],
  ['a/+', 'a/', true],
  ['+', '/a', false],
  ['+/+', '/a', true],
] as const)('knows whether %s takes %s (MQTT 3.1.1 §4.7)', (filter, name, taken) => {
  expect(matchesTopic(filter, name)).toBe(taken)
  const tree = new TopicTree<true>()
  tree.set(filter, '', true)
  expect(tree.match(name).size > 0).toBe(taken)
})

/** What the tree has to agree with (MQTT 3.1.1 §4.7.1.2, §4.7.2): one filter, one topic. */
function matchesTopic(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false
  }
  return wanted.length === levels.length
}
