import { expect, it } from 'vitest'
import { isTopicFilter } from '../../../src/ingest/mqtt/topics.ts'

it.each(['#', '+', 'a', '/', 'a/b', 'a/#', '+/a/+/#', '$SYS/#', '$share/group/a/+', 'ä/ß', 'a//b'])(
  'takes %s',
  (filter) => {
    expect(isTopicFilter(filter)).toBe(true)
  },
)

it.each(['', 'a#', 'a/#/b', '#/a', 'a+', '+a/b', 'a/b+', 'a\0b', 'x'.repeat(65_536)])('refuses %j', (filter) => {
  expect(isTopicFilter(filter)).toBe(false)
})
