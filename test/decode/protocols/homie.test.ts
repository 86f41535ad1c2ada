import { beforeEach, describe, expect, it } from 'vitest'
import { brief, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const describeDevice = (device: string, description: object) =>
  played.send(`homie/5/${device}/$description`, JSON.stringify({ homie: '5.0', version: 1, ...description }), true)
const withProperties = (device: string, properties: object, rest: object = {}) =>
  describeDevice(device, { nodes: { n: { properties } }, ...rest })
const availability = (device: string, state: string) =>
  played
    .send(`homie/5/${device}/$state`, state, true)
    .events.flatMap((event) => (event.type === 'availability' ? [`${event.device} ${event.online}`] : []))

describe('a Homie 5 property', () => {
  it('is what its description says, also after a restart', () => {
    withProperties('dev', {
      temp: { datatype: 'float', unit: '°F', format: '-40:140' },
      open: { datatype: 'boolean' },
      recipe: { datatype: 'enum', format: 'a,b' },
      torque: { datatype: 'integer', unit: 'Nm' },
      colour: { datatype: 'color', format: 'rgb' },
      pressure: { datatype: 'float', unit: 'Pa' },
    })
    played.restart()
    const all = { temp: '77', open: 'true', recipe: 'a', torque: '5', pressure: '100000' }
    expect(Object.entries(all).map(([name, value]) => brief(played.send(`homie/5/dev/n/${name}`, value))[0])).toEqual([
      'temperature@n 25 Cel',
      'open@n true null',
      'recipe@n a null',
      'torque@n 5 null',
      'pressure@n 1000 hPa',
    ])
    expect(reasons(played.send('homie/5/dev/n/colour', '1,2,3'))).toEqual(['ignored_topic message'])
  })

  it('keeps to its declared range, which may be open', () => {
    withProperties('dev', {
      temperature: { datatype: 'float', unit: '°F', format: '-40:140' },
      count: { datatype: 'integer', format: '0:' },
    })
    expect(reasons(played.send('homie/5/dev/n/temperature', '141'))).toEqual(['out_of_range message'])
    expect(brief(played.send('homie/5/dev/n/temperature', '140'))).toEqual(['temperature@n 60 Cel'])
    expect(reasons(played.send('homie/5/dev/n/count', '-1'))).toEqual(['out_of_range message'])
    expect(brief(played.send('homie/5/dev/n/count', '100000'))).toEqual(['count@n 100000 count'])
  })

  it.each([
    ['NaN', 'not_finite'],
    ['', 'empty'],
    ['twenty', 'type_mismatch'],
    ['21,5', 'type_mismatch'],
  ])('of %j is no value', (payload, reason) => {
    expect(reasons(played.send('homie/5/dev/n/temperature', payload))).toEqual([`${reason} message`])
  })

  it('keeps to its data type', () => {
    withProperties('dev', {
      count: { datatype: 'integer' },
      open: { datatype: 'boolean' },
      mode: { datatype: 'enum', format: 'auto,by hand' },
      fill: { datatype: 'float', unit: '%' },
    })
    for (const [property, payload] of [
      ['count', '1.5'],
      ['open', 'on'],
      ['mode', 'off'],
    ])
      expect(reasons(played.send(`homie/5/dev/n/${property}`, payload!)), property).toEqual(['type_mismatch message'])
    expect(brief(played.send('homie/5/dev/n/count', '12'))).toEqual(['count@n 12 count'])
    expect(brief(played.send('homie/5/dev/n/open', 'true'))).toEqual(['open@n true null'])
    expect(brief(played.send('homie/5/dev/n/mode', 'by hand'))).toEqual(['mode@n by hand null'])
    expect(brief(played.send('homie/5/dev/n/fill', '40'))).toEqual(['fill@n 40 /100'])
  })

  it('that nobody described is taken by its name or its look', () => {
    expect(brief(played.send('homie/5/dev/temperature/degrees', '21'))).toEqual(['temperature@temperature 21 Cel'])
    expect(brief(played.send('homie/5/dev/x/speed-limit', '21'))).toEqual(['speed_limit@x 21 null'])
    expect(brief(played.send('homie/5/dev/x/on', 'true'))).toEqual(['on@x true null'])
    expect(brief(played.send('homie/5/lamp/light/power', 'true'))).toEqual(['power@light true null'])
    expect(brief(played.send('homie/5/dev/x/on', 'maybe'))).toEqual(['on@x maybe null'])
  })

  it('is not what somebody wants it to be', () => {
    for (const end of ['set', '$target']) {
      expect(reasons(played.send(`homie/5/dev/n/temperature/${end}`, '21'))).toEqual(['command_topic message'])
      expect(reasons(played.send(`homie/dev/n/temperature/${end}`, '21'))).toEqual(['command_topic message'])
    }
  })
})

describe('a Homie 4 property', () => {
  it('is described by one topic an attribute, in any order', () => {
    expect(brief(played.send('homie/dev/n/t', '50'))).toEqual(['temperature@n 50 Cel'])
    played.send('homie/dev/n/t/$format', '0:100', true)
    played.send('homie/dev/n/t/$unit', '°F', true)
    expect(brief(played.send('homie/dev/n/t', '50'))).toEqual(['temperature@n 10 Cel'])
    expect(reasons(played.send('homie/dev/n/t', '101'))).toEqual(['out_of_range message'])
    expect(brief(played.send('homie/dev/n_0/level', '1'))).toEqual(['level@n_0 1 m'])
  })

  it('stands beside what the device says about itself', () => {
    expect(brief(played.send('homie/dev/$stats/uptime', '120'))).toEqual(['uptime 120 s'])
    expect(brief(played.send('homie/dev/$stats/supply', '3.3'))).toEqual(['voltage@supply 3.3 V'])
    for (const topic of ['$stats/signal', '$fw/version', '$nodes', 'n/$type', 'n/t/$settable', '$homie'])
      expect(reasons(played.send(`homie/dev/${topic}`, 'x', true))).toEqual(['ignored_topic message'])
  })
})

describe('the state of a Homie device', () => {
  it('covers children and their children, which come back as they were', () => {
    describeDevice('hub', { children: ['a', 'b'] })
    withProperties('a', {}, { parent: 'hub', children: ['c'] })
    withProperties('b', {}, { parent: 'hub' })
    withProperties('c', {}, { parent: 'a' })
    for (const device of ['hub', 'a', 'c']) availability(device, 'ready')
    expect(availability('b', 'disconnected')).toEqual(['homie:b false'])
    expect(availability('hub', 'lost')).toEqual(['homie:hub false', 'homie:a false', 'homie:c false', 'homie:b false'])
    expect(availability('c', 'ready')).toEqual(['homie:c false'])
    played.restart()
    expect(availability('hub', 'ready')).toEqual(['homie:hub true', 'homie:a true', 'homie:c true'])
  })

  it('may go in circles, or name a thousand children, without harm', () => {
    describeDevice('x', { children: ['y'], parent: 'y' })
    describeDevice('y', { children: ['x'], parent: 'x' })
    expect(availability('x', 'lost')).toEqual(['homie:x false', 'homie:y false'])
    expect(availability('y', 'ready')).toEqual(['homie:y false', 'homie:x false'])
  })

  it('that is empty removes the device', () => {
    expect(played.send('homie/5/dev/$state', '', true).events).toEqual([{ type: 'removed', device: 'homie:dev' }])
    expect(reasons(played.send('homie/5/dev/$state', 'bored', true))).toEqual(['type_mismatch message'])
  })
})

describe('a hostile description', () => {
  it('of thousands of properties or of another shape is refused', () => {
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p${i}`, {}]))
    expect(reasons(withProperties('dev', many))).toEqual(['too_many_fields message'])
    for (const description of [
      '[]',
      '{"nodes":[1]}',
      '{"nodes":{"n":{"properties":{"__proto__":{"unit":"V"},"x":5}}}}',
    ])
      expect(reasons(played.send('homie/5/dev/$description', description))).toEqual([])
    expect(({} as Record<string, unknown>).unit).toBeUndefined()
    expect(reasons(played.send('homie/5/dev/$description', '{'))).toEqual(['json_syntax message'])
  })
})
