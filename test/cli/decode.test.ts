import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import { decodeCases } from '../../src/cli/decode-cases.ts'
import { rivulet } from './run.ts'

const sds011 = 'aac05b009f0137e214ab'
const at = '2026-01-15T12:00:00.000Z'

function decodeOne(given: object) {
  return [...decodeCases([{ id: 1, received_at: at, ...given }], families)][0]!
}

function valuesOf({ readings }: { readings: readonly object[] }): unknown[] {
  return readings.map((reading) => (reading as { value: unknown }).value)
}

describe('a case', () => {
  it('is an MQTT message, with the gateway time where the device has none', () => {
    const given = {
      transport: 'mqtt',
      topic: 'sensors/attic',
      payload: '{"temperature":21.5,"humidity":"x"}',
      retain: true,
    }
    expect(decodeOne(given)).toEqual({
      id: 1,
      readings: [
        {
          device: expect.stringMatching(/attic$/),
          metric: 'temperature',
          value: 21.5,
          unit: 'Cel',
          time: at,
          quality: 'stale',
        },
      ],
      rejected: [{ reason: 'type_mismatch', where: 'humidity' }],
    })
  })

  it('may be hexadecimal, or generated', () => {
    const hex = Buffer.from('21.5').toString('hex')
    expect(valuesOf(decodeOne({ transport: 'mqtt', topic: 'sensors/a/temperature', hex }))).toEqual([21.5])
    const generate = { prefix: '{"temperature":1', repeat: ',"k{i}":{i}', count: 3, suffix: '}' }
    expect(valuesOf(decodeOne({ transport: 'mqtt', topic: 'sensors/a', generate }))).toEqual([1, 0, 1, 2])
  })

  it('is a stretch of serial bytes, however the reads cut them', () => {
    for (const chunks of [undefined, [3, 4], [1, 0, 1, 100]])
      expect(valuesOf(decodeOne({ transport: 'serial', source: 'sds011', hex: sds011, chunks }))).toEqual([9.1, 41.5])
  })

  it('gives nothing from a tail that the unplugged port left', () => {
    const payload = '{"t":21.5}\n{"t":2'
    const { readings, rejected } = decodeOne({
      transport: 'serial',
      profile: { id: 'lines' },
      payload,
      ends_with: 'port_close',
    })
    expect(readings).toHaveLength(1)
    expect(rejected).toEqual([{ reason: 'truncated', where: 'message' }])
  })

  it('may name the columns of a CSV line', () => {
    const profile = { id: 'lines', columns: ['temperature', null, 'pressure'] }
    expect(valuesOf(decodeOne({ transport: 'serial', profile, payload: '21.5,7,1013.2\n' }))).toEqual([21.5, 1013.2])
    expect(decodeOne({ transport: 'serial', profile, payload: '21.5\n' }).rejected).toEqual([
      { reason: 'column_count', where: 'message' },
    ])
  })

  it('shares what messages built up with those of its sequence, and with no others', () => {
    const header = { transport: 'serial', profile: { id: 'lines' }, payload: 'temp,hum\n' }
    const values = { ...header, payload: '21.5,45\n' }
    const cases = [
      { ...header, sequence: 'a' },
      { ...values, sequence: 'a' },
      { ...values, sequence: 'b' },
      header,
      values,
    ]
    const metrics = [...decodeCases(cases, families)].map(({ readings }) =>
      readings.map((reading) => (reading as { metric: string }).metric),
    )
    const named = ['temperature', 'humidity']
    expect(metrics[1]).toEqual(named)
    expect(metrics[2]).not.toEqual(named)
    expect(metrics[4]).not.toEqual(named)
  })

  it('knows the value stored before, by which a counter that dropped is suspect', () => {
    const given = { transport: 'mqtt', topic: 'zigbee2mqtt/plug', payload: '{"energy":5}' }
    const quality = (previous?: unknown) =>
      (decodeOne({ ...given, previous }).readings[0] as { quality?: string }).quality
    expect(quality()).toBeUndefined()
    expect(quality(4)).toBeUndefined()
    expect(quality(6)).toBe('suspect')
    expect(quality({ metric: 'energy', value: 6 })).toBe('suspect')
    expect(quality([{ metric: 'power', value: 6 }])).toBeUndefined()
  })

  it('may say that the clock was not set yet', () => {
    const given = { transport: 'mqtt', topic: 'sensors/a/temperature', payload: '1', gateway_clock_synced: false }
    expect(decodeOne(given).readings[0]).toMatchObject({ quality: 'unsynced' })
  })

  it.each([
    [null, 'bad_case'],
    ['text', 'bad_case'],
    [{}, 'bad_case'],
    [{ transport: 'mqtt', payload: '1' }, 'bad_case'],
    [{ transport: 'mqtt', topic: 'a', hex: 'abc' }, 'bad_case'],
    [{ transport: 'serial', source: 'nothing', payload: 'x' }, 'unknown_profile'],
    [{ transport: 'mqtt', topic: 'a', generate: { repeat: 'x', count: 1e12 } }, 'too_large'],
    [{ transport: 'mqtt', topic: '', payload: '\0' }, 'unknown_topic'],
  ])('that is wrong itself is told, and the next one runs: %j', (given, reason) => {
    const next = { transport: 'mqtt', topic: 'sensors/a/temperature', payload: '1' }
    const [first, second] = [...decodeCases([given, next], families)]
    expect(first).toMatchObject({ readings: [], rejected: [{ reason }] })
    expect(second!.readings).toHaveLength(1)
  })
})

describe('rivulet decode', () => {
  it('shows readings and what was wrong beside them', async () => {
    const input = '{"temperature":21.5,"humidity":400}'
    const { code, out, err } = await rivulet(['decode', '--topic', 'zigbee2mqtt/attic'], { input })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^\d{4}-\S+Z {2}z2m:attic {2}temperature {2}21.5 Cel$/),
      expect.stringMatching(/^rejected {2}humidity {2}out_of_range: ./),
      '',
    ])
  })

  it('reads serial bytes, also as hexadecimal', async () => {
    const binary = await rivulet(['decode', '--profile', 'sds011'], { input: Buffer.from(sds011, 'hex') })
    const hex = await rivulet(['decode', '--profile', 'sds011', '--hex'], { input: 'AA c0:5b 00 9f 01\n37 e2 14 ab' })
    for (const { code, out } of [binary, hex]) {
      expect(code).toBe(0)
      expect(out).toMatch(/pm25 {2}9.1 ug\/m3\n.*pm10 {2}41.5 ug\/m3\n$/)
    }
  })

  it('says so when hexadecimal digits are given for bytes', async () => {
    const { code, err } = await rivulet(['decode', '--profile', 'sds011'], { input: `${sds011}\n${sds011}\n` })
    expect({ code, err }).toEqual({ code: 1, err: 'the input looks like hexadecimal; then add --hex\n' })
  })

  it('exits with 1 where there are no readings, and says why', async () => {
    expect(await rivulet(['decode', '--topic', 'some/thing'], { input: 'hello' })).toMatchObject({
      code: 1,
      out: expect.stringContaining('unknown_topic'),
    })
  })

  it.each([
    [[], '', 'nothing says what the bytes are; give --topic, --profile or --cases'],
    [['--profile', 'sds012'], '', 'unknown profile sds012; did you mean sds011?'],
    [
      ['--profile', 'sds011', '--hex'],
      'xyz',
      'the input is not hexadecimal; write two digits for each byte, such as aa c0 01',
    ],
    [
      ['--topic', 'a', '--profile', 'b'],
      '',
      "option '--topic <topic>' cannot be used with option '--profile <profile>'",
    ],
  ])('exits with 2 for %j', async (args, input, message) => {
    expect(await rivulet(['decode', ...args], { input })).toEqual({
      code: 2,
      signal: null,
      out: '',
      err: `rivulet: ${message}\n`,
    })
  })

  it('knows profiles of your own, and says what is wrong with them', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rivulet-own-'))
    mkdirSync(join(cwd, 'profiles'))
    const mine = 'id: mine\nname: Mine\nmessages:\n  - topic: mine/{device}\n    readings: { t: temperature }\n'
    writeFileSync(join(cwd, 'profiles/mine.yaml'), mine)
    writeFileSync(join(cwd, 'profiles/other.yaml'), 'id: 7\n')
    const { code, out, err } = await rivulet(['decode', '--topic', 'mine/attic'], { cwd, input: '{"t":21.5}' })
    rmSync(cwd, { recursive: true })
    expect(code).toBe(0)
    expect(out).toMatch(/mine:attic {2}temperature {2}21.5 Cel\n$/)
    expect(err).toMatch(/^\S+profiles\/other.yaml:1:5: id; /)
  })

  describe('--cases', () => {
    let cwd: string
    beforeEach(() => {
      cwd = mkdtempSync(join(tmpdir(), 'rivulet-cases-'))
    })
    afterEach(() => rmSync(cwd, { recursive: true }))

    it('prints one line of JSON a case', async () => {
      const cases = [
        { id: 'a', transport: 'mqtt', topic: 'sensors/x/temperature', payload: '1', received_at: at },
        { id: 'b' },
      ]
      writeFileSync(join(cwd, 'cases.json'), JSON.stringify(cases))
      const { code, out } = await rivulet(['decode', '--cases', 'cases.json'], { cwd })
      expect(code).toBe(0)
      expect(
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual([
        { id: 'a', readings: [expect.objectContaining({ metric: 'temperature', time: at })], rejected: [] },
        { id: 'b', readings: [], rejected: [{ reason: 'bad_case', where: 'transport' }] },
      ])
    })

    it.each([
      ['{', /^rivulet: cannot read cases from cases.json \(.*\); name a file with a JSON array\n$/],
      ['{}', /^rivulet: cases.json holds no JSON array; write the cases as a list\n$/],
    ])('wants a JSON array, not %s', async (text, message) => {
      writeFileSync(join(cwd, 'cases.json'), text)
      expect(await rivulet(['decode', '--cases', 'cases.json'], { cwd })).toMatchObject({
        code: 2,
        err: expect.stringMatching(message),
      })
    })
  })
})
