import { beforeEach, expect, it } from 'vitest'
import { RetainedSeen } from '../../src/ingest/retained.ts'

let kept: Map<string, string>
let puts: number

beforeEach(() => {
  kept = new Map()
  puts = 0
})

const bytes = (text: string) => Buffer.from(text)

it('knows an unchanged retained message again after a restart', () => {
  open().add('a/state', bytes('21.5'))
  expect(open().has('a/state', bytes('21.5'))).toBe(true)
  expect(open().has('a/state', bytes('21.6'))).toBe(false)
  expect(open().has('b/state', bytes('21.5'))).toBe(false)
})

it('takes the last live message of such a topic for what the broker keeps now', () => {
  const seen = open()
  seen.add('a/state', bytes('21.5'))
  seen.pass('a/state', bytes('22'))
  seen.pass('b/state', bytes('22'))
  expect(seen.has('a/state', bytes('22'))).toBe(true)
  expect(seen.has('b/state', bytes('22'))).toBe(false)
})

it('writes nothing for live messages until it is told to', () => {
  const seen = open()
  seen.add('a/state', bytes('21.5'))
  for (let i = 0; i < 100; i++) seen.pass('a/state', bytes(`${i}`))
  expect(puts).toBe(1)
  seen.save()
  seen.save()
  expect(puts).toBe(2)
  expect(open().has('a/state', bytes('99'))).toBe(true)
})

it('takes everything once more when it may mean more than before', () => {
  open('1.0').add('a/config', bytes('{}'))
  expect(open('1.0').has('a/config', bytes('{}'))).toBe(true)
  expect(open('1.1').has('a/config', bytes('{}'))).toBe(false)
})

it('forgets the topic learnt first beyond its bound', () => {
  const seen = open('', 2)
  for (const topic of ['a', 'b', 'c']) seen.add(topic, bytes('1'))
  expect([...kept.keys()]).toEqual(['b', 'c'])
  expect(seen.has('a', bytes('1'))).toBe(false)
  expect(seen.has('c', bytes('1'))).toBe(true)
})

function open(generation = '', topicsMax = 10): RetainedSeen {
  const put = (topic: string, fingerprint: string) => {
    puts++
    kept.set(topic, fingerprint)
  }
  const records = { all: () => kept, put, delete: (topic: string) => void kept.delete(topic) }
  return new RetainedSeen(records, generation, topicsMax)
}
