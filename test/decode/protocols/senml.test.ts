import { beforeEach, describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/decode/protocols/senml-name.ts'
import { brief, now, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const send = (pack: unknown, topic = 'a/b') => played.send(topic, JSON.stringify(pack))

describe('a SenML pack (RFC 8428)', () => {
  it('adds base values and base sums, and lets later base fields win', () => {
    const decoded = send([
      { bn: 'm1/', bu: 'W', bv: 100, n: 'power', v: 5 },
      { n: 'power', v: -5, t: -1 },
      { bv: 0, bs: 3.6e6, n: 'power', v: 7, s: 3.6e6 },
      { n: 'power', s: 0 },
    ])
    expect(brief(decoded)).toEqual(['power 105 W', 'power 95 W', 'power 7 W', 'energy 2 kWh', 'energy 1 kWh'])
  })

  it('takes times below 2^28 as relative to now, with the base time or without', () => {
    const at = now / 1000
    const decoded = send([
      { bn: 'm1/', n: 'temp', v: 1, u: 'Cel', t: -60 },
      { bt: at - 100, n: 'temp', v: 2, u: 'Cel', t: 40 },
      { bt: -10, n: 'temp', v: 3, u: 'Cel', t: -5 },
      { bt: 0, n: 'temp', v: 4, u: 'Cel' },
    ])
    expect(decoded.readings.map(({ time }) => (time - now) / 1000)).toEqual([-60, -60, -15, 0])
  })

  it('with a time in the far past or future is stored at its arrival, and says so', () => {
    const decoded = send([
      { n: 'm1/temp', u: 'Cel', v: 1, t: 2 ** 28 },
      { n: 'm1/temp', u: 'Cel', v: 2, t: 3600 },
    ])
    expect(decoded.readings.map(({ time }) => time)).toEqual([now, now])
    expect(reasons(decoded)).toEqual(['clock_invalid 0.t', 'clock_invalid 1.t'])
  })

  it('has numbers, words, flags; data is opaque', () => {
    const decoded = send([
      { bn: 'urn:dev:ow:10e2:', n: 'label', vs: 'Machine Room' },
      { n: 'open', vb: false },
      { n: 'nfc', vd: 'aGkg' },
      { n: 'level', v: 3 },
    ])
    expect(brief(decoded)).toEqual(['label Machine Room null', 'open false null', 'level 3 m'])
    expect(reasons(decoded)).toEqual(['no_decoder 2.vd'])
  })

  it('converts secondary units (RFC 8798) and keeps units that have no metric', () => {
    const decoded = send([
      { bn: 'm1/', n: 'a', u: 'mA', v: 250 },
      { n: 'pressure', u: 'Pa', v: 101_325 },
      { n: 'flux', u: 'lm', v: 800 },
      { n: 'speed', u: 'km/h', v: 36 },
      { n: 'odd', u: 'zorkmid', v: 1 },
      { n: 'humidity', u: '/100', v: 40 },
      { n: 'fill', u: '/100', v: 40 },
    ])
    expect(brief(decoded)).toEqual([
      'current@a 0.25 A',
      'pressure 1013.25 hPa',
      'flux 800 lm',
      'speed 10 m/s',
      'odd 1 null',
      'humidity 40 %RH',
      'fill 40 /100',
    ])
  })

  it('is refused as a whole for a field that must be understood, or a later version', () => {
    expect(
      reasons(
        send([
          { n: 'a/t', u: 'Cel', v: 1 },
          { n: 'a/t', v: 2, must_: true },
        ]),
      ),
    ).toEqual(['unsupported_feature must_'])
    expect(
      send([
        { n: 'a/t', u: 'Cel', v: 1 },
        { n: 'a/t', v: 2, must_: true },
      ]).readings,
    ).toEqual([])
    expect(reasons(send([{ bver: 12, n: 'a/t', v: 2 }]))).toEqual(['unsupported_feature bver'])
  })

  it('loses only the records that are wrong', () => {
    const decoded = send([
      { bn: 'm1/', n: 'temp', u: 'Cel', v: null },
      { n: 'temp', u: 'Cel', v: -400 },
      { n: 'te mp', u: 'Cel', v: 20 },
      { n: 'temp', u: 'furlong', v: 20 },
      { n: 'humidity', u: '%RH', v: 40 },
    ])
    expect(brief(decoded)).toEqual(['humidity 40 %RH'])
    expect(reasons(decoded)).toEqual(['null_value 0.v', 'out_of_range 1.v', 'bad_frame 2.n', 'unknown_unit 3.v'])
  })

  it('is recognised by its form, on topics of other conventions too; other arrays are not', () => {
    expect(send([{ n: 'm1/temp', v: 20 }], 'sensors/x').profile).toBe('senml')
    expect(send([{ temperature: 20 }], 'sensors/x').profile).toBe('sensors')
    expect(send([{ n: 'x' }], 'sensors/x').profile).toBe('sensors')
    expect(send([[{ n: 'x', v: 1 }]], 'sensors/x').profile).toBe('sensors')
  })

  it('may be an open stream on a topic that says so', () => {
    const open = '[{"bn":"m1/","n":"temp","u":"Cel","v":20},\n{"n":"temp","v":21,"u":"Cel"},\n'
    expect(brief(played.send('lab/sensml', open))).toEqual(['temperature 20 Cel', 'temperature 21 Cel'])
    expect(played.send('lab/x', open).readings).toEqual([])
  })

  it('turns secondary units of what has no metric into their primary one', () => {
    const pack = [
      { bn: 'm1/', n: 'burning', u: 'min', v: 90 },
      { n: 'load', u: 'g', v: 450 },
      { n: 'gain', u: 'dBW', v: -70 },
    ]
    expect(brief(send(pack))).toEqual(['burning 5400 s', 'load 0.45 kg', 'gain -40 dBm'])
  })

  it('has one value a record', () => {
    const decoded = send([
      { n: 'm1/temp', u: 'Cel', v: 20, vs: 'warm' },
      { n: 'm1/hum', u: '%RH', v: 40 },
    ])
    expect(brief(decoded)).toEqual(['humidity 40 %RH'])
    expect(reasons(decoded)).toEqual(['bad_frame 0'])
  })

  it('of thousands of records is somebody’s archive', () => {
    const pack = Array.from({ length: 501 }, () => ({ n: 'm1/temp', v: 20 }))
    expect(reasons(send(pack))).toEqual(['too_many_fields message'])
  })
})

describe('a SenML name', () => {
  it.each([
    ['urn:dev:ow:10e2073a01080063', '', 'urn:dev:ow:10e2073a01080063', '', undefined],
    ['urn:dev:ow:10e2073a01080063:', 'voltage', 'urn:dev:ow:10e2073a01080063', 'voltage', undefined],
    ['urn:dev:mac:0024beff/', 'room/temp', 'urn:dev:mac:0024beff', 'temp', 'room'],
    ['urn:dev:org:32473-foo_', 'temp', 'urn:dev:org:32473-foo', 'temp', undefined],
    ['boiler.', 'temp', 'boiler', 'temp', undefined],
    ['', 'house/boiler/temp', 'house/boiler', 'temp', undefined],
    ['', 'boiler.temp', 'boiler', 'temp', undefined],
    ['', 'temp', 'the/topic', 'temp', undefined],
  ])('%s + %s is of %s', (base, name, device, quantity, channel) => {
    expect(placeOf(base, name, 'the/topic')).toEqual({ device, name: quantity, channel })
  })
})
