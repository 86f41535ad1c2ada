import { beforeEach, describe, expect, it } from 'vitest'
import { brief, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const announce = (path: string, config: object | '') =>
  played.send(`homeassistant/${path}/config`, config === '' ? '' : JSON.stringify(config), true)
const sensor = (config: object, path = 'sensor/node/object') => announce(path, { state_topic: 'x/state', ...config })
const state = (payload: unknown, topic = 'x/state') =>
  played.send(topic, typeof payload === 'string' ? payload : JSON.stringify(payload))
const availability = (topic: string, payload: string) =>
  played.send(topic, payload, true).events.flatMap((event) => (event.type === 'availability' ? [event.online] : []))

describe('an announced sensor', () => {
  it.each([
    [{ device_class: 'temperature', unit_of_measurement: '°F' }, '50', 'temperature 10 Cel'],
    [{ dev_cla: 'carbon_dioxide', unit_of_meas: 'ppm' }, '612', 'co2 612 ppm'],
    [{ dev_cla: 'signal_strength', unit_of_meas: 'dBm' }, '-70', 'rssi -70 dBm'],
    [{ dev_cla: 'signal_strength', unit_of_meas: 'dB', name: 'SNR' }, '7', 'snr 7 dB'],
    [{ dev_cla: 'energy', unit_of_meas: 'Wh', stat_cla: 'total_increasing' }, '1500', 'energy 1.5 kWh'],
    [{ dev_cla: 'atmospheric_pressure', unit_of_meas: 'hPa' }, '1000', 'pressure 1000 hPa'],
    [{ dev_cla: 'battery', unit_of_meas: '%' }, '55', 'battery 55 %EL'],
    [{ dev_cla: 'volatile_organic_compounds', unit_of_meas: 'µg/m³', obj_id: 'tvoc_mass' }, '8', 'voc_mass 8 ug/m3'],
    [{ unit_of_meas: 'W', name: 'Heater' }, '900', 'power 900 W'],
    [{ unit_of_meas: 'cows', name: 'Herd', stat_cla: 'measurement' }, '12', 'object 12 null'],
    [{ val_tpl: '{{ value_json.hum }}' }, '{"hum":40}', 'humidity 40 %RH'],
    [{ obj_id: 'firmware' }, '1.2.3', 'firmware 1.2.3 null'],
    [{ obj_id: 'clicks' }, '7', 'clicks 7 null'],
    [{ dev_cla: 'enum', obj_id: 'cycle' }, 'rinse', 'cycle rinse null'],
  ])('%j takes %s as %s', (config, payload, expected) => {
    sensor(config)
    expect(brief(state(payload))).toEqual([expected])
  })

  it('is still known after a restart', () => {
    sensor({ dev_cla: 'temperature', val_tpl: '{{ value_json.t | float / 10 | round(1) }}', dev: { ids: 'abc' } })
    played.restart()
    expect(state({ t: 215 }).readings).toMatchObject([{ device: 'ha:abc', metric: 'temperature', value: 21.5 }])
  })

  it('judges values as every family does', () => {
    sensor({ dev_cla: 'humidity', unit_of_meas: '%', val_tpl: '{{ value_json.h | round(0) }}' })
    expect(reasons(state({ h: 140 }))).toEqual(['out_of_range h'])
    expect(reasons(state({ h: null }))).toEqual(['null_value h'])
    expect(reasons(state({ h: 'unavailable' }))).toEqual(['no_value h'])
    expect(reasons(state({ x: 1 }))).toEqual(['no_value h'])
    expect(reasons(state('{"h":'))).toEqual(['json_syntax message'])
    expect(reasons(state(''))).toEqual(['empty message'])
  })

  it('is of the device that it names: by identifier, by address, or by what is left', () => {
    const device = (dev: object | undefined, rest: object = {}) => {
      sensor({ dev_cla: 'temperature', ...(dev && { dev }), ...rest })
      return state('20').readings[0]!.device
    }
    expect(device({ identifiers: ['a', 'b'], name: 'A' })).toBe('ha:a')
    expect(device({ cns: [['mac', 'aa:bb:cc:00:11:22']] })).toBe('ha:AA:BB:CC:00:11:22')
    expect(device(undefined)).toBe('ha:node')
  })

  it('shares a metric with another of its device: the first is plain, the next has a channel, in whatever order they come again', () => {
    const dev = { ids: ['d'], name: 'D' }
    const first = () => sensor({ stat_t: 'd/1', state_topic: undefined, dev_cla: 'temperature', dev }, 'sensor/d/inner')
    const second = () =>
      sensor({ stat_t: 'd/2', state_topic: undefined, dev_cla: 'temperature', dev }, 'sensor/d/outer')
    first()
    second()
    played.restart()
    second()
    first()
    expect([brief(state('1', 'd/1')), brief(state('2', 'd/2'))]).toEqual([
      ['temperature 1 Cel'],
      ['temperature@outer 2 Cel'],
    ])
  })

  it('tells its device’s name and how long it may be silent', () => {
    sensor({ dev_cla: 'temperature', exp_aft: 900, dev: { ids: 'g', name: 'Garden' } })
    expect(state('20').events).toEqual([
      { type: 'seen', device: 'ha:g', name: 'Garden', profile: 'ha-discovery', silentAfterMs: 900_000 },
    ])
  })
})

describe('other announced entities', () => {
  it('are binary sensors with words of their own', () => {
    announce('binary_sensor/n/o', { stat_t: 'x/state', dev_cla: 'motion', pl_on: 'active', pl_off: 'idle' })
    expect(brief(state('active'))).toEqual(['motion true null'])
    expect(brief(state('idle'))).toEqual(['motion false null'])
    expect(reasons(state('tired'))).toEqual(['type_mismatch message'])
  })

  it('are inverted ones', () => {
    announce('binary_sensor/n/o', {
      stat_t: 'x/state',
      dev_cla: 'window',
      pl_on: 'false',
      pl_off: 'true',
      val_tpl: '{{ value_json.closed }}',
    })
    expect(brief(state({ closed: false }))).toEqual(['window true null'])
  })

  it('are switches and climates', () => {
    announce('switch/n/relay', { stat_t: 'x/state', cmd_t: 'x/set' })
    expect(brief(state('ON'))).toEqual(['state true null'])
    announce('climate/n/room', {
      curr_temp_t: 'r/t',
      curr_temp_tpl: '{{ value_json.t }}',
      temp_unit: 'F',
      temp_stat_t: 'r/want',
    })
    expect(brief(state({ t: 68 }, 'r/t'))).toEqual(['temperature 20 Cel'])
    expect(reasons(state('68', 'r/want'))).toEqual(['unknown_topic message'])
  })

  it('are what is moved or switched, by what it says of itself', () => {
    announce('cover/n/blind', { stat_t: 'x/blind', pos_t: 'x/blind/pos', cmd_t: 'x/blind/set' })
    expect(brief(state('open', 'x/blind'))).toEqual(['state open null'])
    expect(brief(state('40', 'x/blind/pos'))).toEqual(['position 40 /100'])
    announce('light/n/lamp', { schema: 'json', stat_t: 'x/lamp', cmd_t: 'x/lamp/set' })
    expect(brief(state({ state: 'ON', brightness: 5 }, 'x/lamp'))).toEqual(['state@lamp ON null'])
    announce('lock/n/door', { stat_t: 'x/door', cmd_t: 'x/door/set' })
    expect(brief(state('LOCKED', 'x/door'))).toEqual(['lock LOCKED null'])
    announce('event/n/knob', { stat_t: 'x/knob', event_types: ['press'] })
    expect(brief(state({ event_type: 'press' }, 'x/knob'))).toEqual(['action press null'])
  })

  it('of ESPHome are left to its family', () => {
    const announced = announce('light/n/lamp', {
      schema: 'json',
      stat_t: 'lab/light/lamp/state',
      dev: { ids: ['n'], sw: 'esphome v2026.4' },
    })
    expect(reasons(announced)).toEqual(['ignored_topic message'])
    expect(state({ state: 'ON' }, 'lab/light/lamp/state').profile).toBe('esphome')
  })

  it('are passed over when they measure nothing', () => {
    expect(reasons(announce('button/n/restart', { cmd_t: 'x/restart' }))).toEqual(['ignored_topic message'])
    expect(reasons(sensor({ dev_cla: 'timestamp' }))).toEqual(['ignored_topic message'])
    // What a person has set.
    expect(reasons(announce('number/n/target', { stat_t: 'x/target', cmd_t: 'x/target/set' }))).toEqual([
      'ignored_topic message',
    ])
  })

  it('have attributes on a topic of their own, which are no device', () => {
    sensor({ dev_cla: 'pm25', unit_of_meas: 'µg/m³', json_attr_t: 'x/attr' })
    expect(reasons(state({ temperature: 21 }, 'x/attr'))).toEqual(['ignored_topic message'])
  })

  it('tell the mass of a gas apart from its share of the air', () => {
    sensor({ dev_cla: 'volatile_organic_compounds', unit_of_meas: 'µg/m³' })
    expect(brief(state('120'))).toEqual(['voc_mass 120 ug/m3'])
  })
})

describe('an announcement for a device', () => {
  const device = { dev: { ids: ['w'] }, o: { name: 'x' }, '~': 'w/1' }

  it('has many components that share what stands beside them', () => {
    announce('device/w', {
      ...device,
      stat_t: '~/all',
      cmps: {
        t: { p: 'sensor', dev_cla: 'temperature', unit_of_meas: '°C', val_tpl: '{{ value_json.t }}' },
        own: { p: 'sensor', dev_cla: 'humidity', stat_t: '~/h' },
        led: { p: 'light', cmd_t: '~/led' },
      },
    })
    expect(brief(state({ t: 20 }, 'w/1/all'))).toEqual(['temperature 20 Cel'])
    expect(brief(state('40', 'w/1/h'))).toEqual(['humidity 40 %RH'])
  })

  it('takes a component away that has nothing but its platform', () => {
    const t = { p: 'sensor', dev_cla: 'temperature', stat_t: 'w/t' }
    announce('device/w', { ...device, cmps: { t, h: { p: 'sensor', dev_cla: 'humidity', stat_t: 'w/h' } } })
    announce('device/w', { ...device, cmps: { t, h: { p: 'sensor' } } })
    expect(brief(state('20', 'w/t'))).toEqual(['temperature 20 Cel'])
    expect(state('40', 'w/h').profile).toBe('generic')
  })
})

describe('availability', () => {
  it('comes from a topic, with words and a path of its own', () => {
    sensor({
      dev_cla: 'temperature',
      '~': 'x',
      avty_t: '~/lwt',
      pl_avail: 'up',
      pl_not_avail: 'down',
      avty_tpl: '{{ value_json.s }}',
    })
    expect([availability('x/lwt', '{"s":"up"}'), availability('x/lwt', '{"s":"down"}')]).toEqual([[true], [false]])
    expect(availability('x/lwt', '{"s":"?"}')).toEqual([])
  })

  it.each([
    ['latest', [true, false, true, false]],
    ['any', [true, true, true, false]],
    ['all', [true, false, true, false]],
  ])('of several topics is judged by %s', (mode, expected) => {
    const avty = [{ t: 'a' }, { topic: 'b', payload_available: 'online' }]
    sensor({ dev_cla: 'temperature', avty, avty_mode: mode })
    const told = [availability('a', 'online'), availability('b', 'offline'), availability('b', 'online')].flat()
    availability('a', 'offline')
    expect([...told, ...availability('b', 'offline')]).toEqual(expected)
  })

  it('of a device with many entities is told once', () => {
    for (const object of ['a', 'b', 'c'])
      sensor({ dev_cla: 'temperature', avty_t: 'x/lwt', dev: { ids: ['d'] } }, `sensor/d/${object}`)
    expect(availability('x/lwt', 'online')).toEqual([true])
  })
})

describe('removal', () => {
  it('takes an entity away, and with the last the device', () => {
    sensor({ dev_cla: 'temperature', dev: { ids: ['d'] } }, 'sensor/d/t')
    sensor({ dev_cla: 'humidity', dev: { ids: ['d'] }, state_topic: 'x/h' }, 'sensor/d/h')
    state('20')
    expect(announce('sensor/d/t', '').events).toEqual([])
    expect(state('20').profile).toBe('generic')
    expect(announce('sensor/d/h', '').events).toEqual([{ type: 'removed', device: 'ha:d' }])
    expect([...played.state.keys()].filter((key) => key.startsWith('ha/'))).toEqual([])
    expect(announce('sensor/d/h', '')).toMatchObject({ events: [], rejected: [] })
  })

  it('of an old path makes room for the new one', () => {
    sensor({ dev_cla: 'temperature', val_tpl: '{{ value_json.a }}' })
    sensor({ dev_cla: 'temperature', val_tpl: '{{ value_json.b }}', state_topic: 'x/new' })
    expect(brief(state({ b: 5 }, 'x/new'))).toEqual(['temperature 5 Cel'])
    expect(state({ a: 5 }).profile).not.toBe('ha-discovery')
  })
})

describe('topics of other families', () => {
  it('stay theirs, and are decoded once', () => {
    sensor({ dev_cla: 'temperature', state_topic: 'zigbee2mqtt/a', val_tpl: '{{ value_json.temperature }}' })
    const decoded = state({ temperature: 20 }, 'zigbee2mqtt/a')
    expect(decoded.profile).toBe('zigbee2mqtt')
    expect(decoded.readings).toHaveLength(1)
  })

  it('of ESPHome take units and classes from it, until it is removed', () => {
    const dev = { ids: '0011', name: 'shed', sw: 'esphome v2026.1', mf: 'espressif' }
    announce('sensor/shed/tank/config'.replace('/config', ''), {
      stat_t: 'shed/sensor/tank/state',
      unit_of_meas: 'mm',
      dev_cla: 'distance',
      dev,
    })
    announce('binary_sensor/shed/gate', { stat_t: 'shed/binary_sensor/gate/state', dev_cla: 'door', dev })
    expect(state('1500', 'shed/sensor/tank/state')).toMatchObject({
      profile: 'esphome',
      readings: [{ device: 'esphome:shed', metric: 'distance', value: 1.5, unit: 'm' }],
    })
    expect(brief(state('ON', 'shed/binary_sensor/gate/state'))).toEqual(['door@gate true null'])
    announce('sensor/shed/tank', '')
    expect(brief(state('1500', 'shed/sensor/tank/state'))).toEqual(['tank@tank 1500 null'])
  })
})

describe('a hostile announcement', () => {
  it.each([
    ['[]', 'type_mismatch message'],
    ['"x"', 'type_mismatch message'],
    ['{', 'json_syntax message'],
    ['{"stat_t":5}', 'ignored_topic message'],
    ['{"stat_t":"#","dev_cla":"temperature"}', 'unsupported_feature state_topic'],
    ['{"stat_t":"a/b","e":""}', 'unsupported_feature state_topic'],
    ['{"stat_t":"a/b","val_tpl":"{{ value_json.a | eval }}"}', 'unsupported_feature value_template: | eval'],
    ['{"stat_t":"a/b","val_tpl":["x"]}', 'unsupported_feature value_template: no text'],
  ])('%s is refused with its reason', (payload, reason) => {
    expect(reasons(played.send('homeassistant/sensor/x/config', payload))).toEqual([reason])
  })

  it('cannot reach the parts of an object', () => {
    played.send(
      'homeassistant/sensor/x/config',
      '{"__proto__":{"stat_t":"p/q"},"stat_t":"a/b","dev":{"ids":["__proto__"],"__proto__":{"name":"x"}},"dev_cla":"__proto__","obj_id":"__proto__"}',
    )
    sensor({ val_tpl: '{{ value_json.__proto__.toString }}', state_topic: 'a/c' })
    state('1', 'a/b')
    expect(state({ a: 1 }, 'a/c').readings).toEqual([])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>).stat_t).toBeUndefined()
  })

  it('of thousands of components or topics is read to a bound', () => {
    const cmps = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`c${i}`, { p: 'sensor', stat_t: 'm/t', name: `n${i}` }]),
    )
    announce('device/many', { dev: { ids: ['m'] }, cmps })
    expect(state('1', 'm/t').readings.length).toBeLessThanOrEqual(500)
    const avty = Array.from({ length: 5000 }, (_, i) => ({ t: `av/${i}` }))
    sensor({ dev_cla: 'temperature', avty })
    expect(played.state.size).toBeLessThan(100)
  })
})
