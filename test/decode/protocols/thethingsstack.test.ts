import { beforeEach, describe, expect, it } from 'vitest'
import { brief, now, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const up = (uplink: object, topic = 'v3/app@tenant/devices/node-1/up', rest: object = {}) =>
  played.send(
    topic,
    JSON.stringify({
      end_device_ids: { device_id: 'node-1', dev_eui: 'A840410000000001' },
      ...rest,
      uplink_message: uplink,
    }),
  )

describe('an uplink of The Things Stack', () => {
  it('is of the device’s EUI, under its name, at the time the network server heard it', () => {
    const { readings, events } = up(
      { decoded_payload: { temperature: 20 }, received_at: '2026-06-01T11:59:58.123456789Z' },
      undefined,
      { received_at: '2026-06-01T11:59:59Z' },
    )
    expect(readings).toMatchObject([{ device: 'lorawan:A840410000000001', time: now - 1877 }])
    expect(events).toEqual([
      { type: 'seen', device: 'lorawan:A840410000000001', name: 'node-1', profile: 'thethingsstack' },
    ])
  })

  it('has the signal of the gateway that heard it best, broken ones beside it', () => {
    const heard = [{ rssi: -120, snr: -9 }, null, { gateway_ids: {} }, { rssi: -80 }, { rssi: 'x' }]
    expect(brief(up({ rx_metadata: heard }))).toEqual(['rssi -80 dBm'])
    expect(brief(up({ rx_metadata: [{ gateway_ids: {} }] }))).toEqual([])
    expect(brief(up({ rx_metadata: {} }))).toEqual([])
  })

  it('prefers normalized values, each at its own time', () => {
    const decoded = up({
      decoded_payload: { temperature: 999 },
      normalized_payload: [
        { time: '2026-06-01T11:00:00Z', air: { temperature: 20, relativeHumidity: 40, lightIntensity: 300 } },
        { soil: { moisture: 31, pH: 6.5, n: 12 }, action: { contactState: 'open' }, battery: 3.6 },
      ],
    })
    expect(brief(decoded)).toEqual([
      'temperature 20 Cel',
      'humidity 40 %RH',
      'illuminance 300 lx',
      'soil_moisture 31 /100',
      'ph@soil 6.5 pH',
      'nitrogen@soil 12 ppm',
      'contact false null',
      'battery_voltage 3.6 V',
    ])
    expect(decoded.readings.map(({ time }) => now - time)).toEqual([3.6e6, 3.6e6, 3.6e6, 0, 0, 0, 0, 0])
  })

  it('may write units behind its numbers', () => {
    const decoded = up({ decoded_payload: { Bat: '3.384 V', TempC_DS18B20: '21.5 °C', Hum: '40', note: '5 apples' } })
    expect(brief(decoded)).toEqual(['battery_voltage 3.384 V', 'temperature@ds18b20 21.5 Cel', 'humidity 40 %RH'])
    expect(reasons(decoded)).toEqual([])
  })

  it('without a formatter is opaque, and without a payload only a sign of life', () => {
    expect(reasons(up({ frm_payload: 'AQID' }))).toEqual(['no_decoder uplink_message.frm_payload'])
    expect(reasons(up({ f_cnt: 4 }))).toEqual([])
  })

  it('of hostile shape is refused where it is wrong', () => {
    expect(reasons(up({ normalized_payload: Array.from({ length: 501 }, () => ({})) }))).toEqual([
      'too_many_fields message',
    ])
    expect(reasons(played.send('v3/a/devices/b/up', '[]'))).toEqual(['ignored_topic message'])
    expect(
      reasons(played.send('v3/a/devices/b/up', '{"uplink_message":{"decoded_payload":{"__proto__":{"x":1}}}}')),
    ).toEqual([])
  })
})

it('a join announces the device, a solved location tells where it is', () => {
  const join = { end_device_ids: { device_id: 'n', dev_eui: 'A840410000000002' }, join_accept: { session_key_id: 'x' } }
  expect(played.send('v3/a/devices/n/join', JSON.stringify(join))).toMatchObject({
    readings: [],
    rejected: [],
    events: [{ type: 'seen', name: 'n' }],
  })
  const solved = { location_solved: { location: { latitude: 48.1, longitude: 11.5, accuracy: 30, source: 'X' } } }
  expect(brief(played.send('v3/a/devices/n/location/solved', JSON.stringify(solved)))).toEqual([
    'latitude 48.1 lat',
    'longitude 11.5 lon',
    'accuracy 30 m',
  ])
})
