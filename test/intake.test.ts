import { expect, it } from 'vitest'
import { createAdmission, createSeriesAdmission } from '../src/admission.ts'
import type { Decoded, Decoder } from '../src/decode/decoder.ts'
import type { Frame } from '../src/frame.ts'
import { createIntake, type IntakeOptions } from '../src/intake.ts'
import type { Rejected } from '../src/log/store.ts'
import type { Reading } from '../src/reading.ts'

const frame: Frame = {
  transport: 'mqtt',
  source: 'broker',
  topic: 'sensors/a',
  payload: Buffer.from('x'),
  receivedAt: 1000,
  retain: false,
  dup: false,
}

const reading = (device: string, value: Reading['value'] = 20): Reading => ({
  device,
  metric: 'temperature',
  value,
  unit: 'Cel',
  time: 1000,
})

function open(decode: (frame: Frame) => Partial<Decoded>, options: Partial<IntakeOptions> = {}) {
  const appended: Reading[] = []
  const rejected: Rejected[] = []
  const records = new Map<string, Map<string, string>>()
  const seen: string[] = []
  const unstored: true[] = []
  const kind = (name: string) => records.get(name) ?? records.set(name, new Map()).get(name)!
  const decoder = {
    decode: (frame: Frame) => ({ readings: [], rejected: [], events: [], changed: [], ...decode(frame) }),
    unstored: () => void unstored.push(true),
  } as unknown as Decoder
  const intake = createIntake({
    decoder,
    store: {
      append: (readings) => appended.push(...readings),
      quarantine: { add: (entry) => rejected.push(entry), list: async () => [] },
      records: {
        get: (name, key) => kind(name).get(key),
        all: kind,
        put: (name, key, value) => kind(name).set(key, value),
        delete: (name, key) => kind(name).delete(key),
      },
    },
    clock: { synced: true },
    admit: () => true,
    admitSeries: () => true,
    adjust: () => undefined,
    seen: (device) => seen.push(device),
    event: () => {},
    ...options,
  })
  return { intake, appended, rejected, records, seen, unstored }
}

it('appends the good readings of a frame and quarantines the rest with its bytes', () => {
  const { intake, appended, rejected } = open(() => ({
    profile: 'generic',
    readings: [reading('gen:a')],
    rejected: [{ reason: 'out_of_range', where: 'humidity' }],
  }))
  intake.take(frame)
  expect(appended).toEqual([reading('gen:a')])
  expect(rejected).toMatchObject([{ subject: 'sensors/a', reason: 'out_of_range', where: 'humidity', time: 1000 }])
  expect(intake.counts).toMatchObject({ frames: 1, readings: 1, rejected: new Map([['out_of_range', 1]]) })
})

it('keeps devices beyond the cap out without taking their neighbours with them', () => {
  const admit = createAdmission(['gen:known'], 1)
  const readings = ['gen:first', 'gen:second', 'gen:known'].map((device) => reading(device))
  const { intake, appended, rejected, seen } = open(() => ({ profile: 'generic', readings }), { admit })
  intake.take(frame)
  expect(appended.map(({ device }) => device)).toEqual(['gen:first', 'gen:known'])
  expect(rejected).toMatchObject([{ reason: 'too_many_devices', where: 'gen:second' }])
  expect(seen).toEqual(['gen:first', 'gen:known'])
  intake.take({ ...frame, receivedAt: 1000 + 3_600_000 })
  expect(seen).toContain('gen:second')
})

it('lets in so many new metrics of a device, and all of those it has', () => {
  const admitSeries = createSeriesAdmission([{ ...reading('gen:a'), metric: 'known' }])
  let readings: Reading[] = Array.from({ length: 2500 }, (_, i) => ({ ...reading('gen:a'), metric: `m${i}` }))
  const { intake, appended, rejected } = open(() => ({ readings }), { admitSeries })
  intake.take(frame)
  expect([appended.length, rejected.length]).toEqual([1999, 501])
  expect(rejected[0]).toMatchObject({ reason: 'too_many_metrics', where: 'm1999' })
  readings = [{ ...reading('gen:a'), metric: 'known' }, { ...reading('gen:a'), metric: 'm0' }, reading('gen:b')]
  intake.take(frame)
  expect(appended).toHaveLength(2002)
  readings = [{ ...reading('gen:a'), metric: 'm0', channel: 'other' }]
  intake.take(frame)
  expect(rejected).toHaveLength(502)
})

it('lets in so many devices that are announced, too, or say that they are there', () => {
  const heard: string[] = []
  const says = (device: string) => ({ type: 'availability', device, online: true, scope: 'device' }) as const
  const events = [says('gen:first'), says('gen:second'), says('gen:known')]
  const { intake, rejected } = open(() => ({ events }), {
    admit: createAdmission(['gen:known'], 1),
    event: (event) => heard.push((event as { device: string }).device),
  })
  intake.take(frame)
  expect(heard).toEqual(['gen:first', 'gen:known'])
  expect(rejected).toMatchObject([{ reason: 'too_many_devices', where: 'gen:second' }])
})

it('calibrates numbers, and only those', () => {
  const { intake, appended } = open(() => ({ readings: [reading('gen:a', 20), reading('gen:a', true)] }), {
    adjust: () => ({ factor: 2, offset: -0.5 }),
  })
  intake.take(frame)
  expect(appended.map(({ value }) => value)).toEqual([39.5, true])
})

it('keeps what the decoder learnt, by source', () => {
  let state: Map<string, unknown> | undefined
  const { intake, records } = open(() => ({}))
  const learning = open(() => ({}), {
    decoder: {
      decode: (_frame: Frame, given: Map<string, unknown>) => {
        state = given
        given.set('names', { a: 1 })
        return { readings: [], rejected: [], events: [], changed: ['names', 'gone'] }
      },
    } as unknown as Decoder,
  })
  learning.intake.take(frame)
  expect(learning.records.get('decoder:broker')?.get('names')).toBe('{"a":1}')
  expect(state?.get('names')).toEqual({ a: 1 })
  intake.take(frame)
  expect(records.get('decoder:broker')?.size).toBe(0)
})

it('throws when the store takes no more, so that nobody says the frame was received, and goes on', () => {
  const { intake, appended } = open(() => ({ readings: [reading('gen:a')] }))
  const { push } = appended
  appended.push = () => {
    throw new Error('full')
  }
  expect(() => intake.take(frame)).toThrow('full')
  expect(intake.counts.readings).toBe(0)
  appended.push = push
  intake.take(frame)
  expect(intake.counts.readings).toBe(1)
})

it('counts what was never meant to become a reading, and keeps it out of the quarantine', () => {
  const { intake, rejected } = open(() => ({
    rejected: [
      { reason: 'command_topic', where: 'message' },
      { reason: 'duplicate', where: 'message' },
      { reason: 'out_of_range', where: 'a' },
    ],
  }))
  intake.take(frame)
  expect(rejected.map(({ reason }) => reason)).toEqual(['out_of_range'])
  expect([...intake.counts.rejected]).toEqual([
    ['command_topic', 1],
    ['duplicate', 1],
    ['out_of_range', 1],
  ])
})

it('tells the decoder what the store did not take, so that its repetition counts', () => {
  const full = {
    append: () => {
      throw new Error('full')
    },
  }
  const { intake, unstored } = open(() => ({ readings: [reading('a:1')] }), {
    store: {
      ...full,
      quarantine: { add() {}, list: async () => [] },
      records: { get() {}, all: () => new Map() },
    } as never,
  })
  expect(() => intake.take(frame)).toThrow('full')
  expect([unstored.length, intake.counts.readings]).toEqual([1, 0])
})
