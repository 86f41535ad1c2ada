import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { readings } from '../log/sample.ts'
import { rivulet } from './run.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-check-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

describe('rivulet check --data', () => {
  const damaged = async () => {
    const store = await openStore({ folder: join(cwd, 'data') })
    store.append(readings(12_000))
    store.commitSoon()
    await store.durable(12_000)
    await store.close()
    const file = join(cwd, 'data/rivulet.db')
    const bytes = readFileSync(file)
    // A page in the middle, where the readings are.
    bytes.fill(0, 200 * 1024, 201 * 1024)
    writeFileSync(file, bytes)
  }

  it('says what is damaged and what can be saved, saves it, and the gateway runs with it', async () => {
    await damaged()
    const looked = await rivulet(['check', '--data', 'data'], { cwd })
    expect(looked.code).toBe(1)
    expect(looked.out).toMatch(/^the database in data: damaged\n {2}page 201, of the table reading, cannot be read\n/)
    expect(looked.out).toMatch(
      / {2}11\d{3} readings of 10 series, .* can be saved\n {2}\d\d readings are lost, of the numbers /,
    )
    expect(looked.err).toBe('save the rest with: rivulet check --data data --salvage FILE\n')
    const saved = await rivulet(['check', '--data', 'data', '--salvage', 'saved.db'], { cwd })
    expect(saved).toMatchObject({ code: 0, err: expect.stringContaining('rivulet restore saved.db --data data') })
    expect(await rivulet(['restore', 'saved.db', '--data', 'data'], { cwd })).toMatchObject({ code: 0 })
    expect(await rivulet(['check', '--data', 'data'], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringContaining(': ok'),
    })
    const store = await openStore({ folder: join(cwd, 'data') })
    expect((await store.read(0, null, 10)).readings).toHaveLength(10)
    await store.close()
  })

  it('says where there is no database, and what to salvage', async () => {
    const none = { code: 1, err: 'rivulet: there is no database in data; correct the path\n' }
    expect(await rivulet(['check', '--data', 'data'], { cwd })).toMatchObject(none)
    expect(await rivulet(['check', '--salvage', 'saved.db'], { cwd })).toMatchObject({ code: 2 })
  })
})

describe('rivulet check', () => {
  it('says what the configuration amounts to', async () => {
    writeFileSync(
      join(cwd, 'rivulet.yaml'),
      'serial: [{ port: /dev/ttyUSB0 }]\nmqtt: { brokers: [{ url: mqtt://h:1883 }] }\n',
    )
    const { code, out, err } = await rivulet(['check'], { cwd })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(
      [
        `${cwd}/rivulet.yaml: ok`,
        `  data in ${cwd}/data`,
        '  HTTP on 127.0.0.1:8080',
        '  no MQTT broker of its own',
        '  subscribes to mqtt://h:1883: #',
        '  serial port /dev/ttyUSB0: lines',
        '',
      ].join('\n'),
    )
  })

  it('is content without a file', async () => {
    expect(await rivulet(['check'], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringContaining('the defaults: ok'),
    })
  })

  it('lists every problem as compilers do, and exits with 2', async () => {
    writeFileSync(join(cwd, 'other.yaml'), 'htp: {}\nlog: { keep: { age: 30 } }\n')
    expect(await rivulet(['check', 'other.yaml'], { cwd })).toEqual({
      code: 2,
      signal: null,
      out: '',
      err: [
        'other.yaml:1:1: unknown key htp; write http',
        'other.yaml:2:21: log.keep.age is 30; write a duration such as 500ms, 1s, 10m or 30d',
        '',
      ].join('\n'),
    })
  })

  it('checks profiles of your own, and that ports name profiles that there are', async () => {
    mkdirSync(join(cwd, 'profiles'))
    writeFileSync(
      join(cwd, 'profiles/mine.yaml'),
      'id: mine\nname: Mine\nmessages:\n  - topic: mine/{device}\n    redings: {}\n',
    )
    writeFileSync(join(cwd, 'rivulet.yaml'), 'serial: [{ port: /dev/ttyUSB0, profile: sds012 }]\n')
    const { code, err } = await rivulet(['check'], { cwd })
    expect(code).toBe(2)
    expect(err.trim().split('\n')).toEqual([
      'rivulet.yaml:1:41: unknown profile "sds012"; write sds011',
      expect.stringMatching(/profiles\/mine.yaml:\d+:\d+: .*redings/),
    ])
  })

  it('tells at once what the schema does not like and what it does not know, each with its line', async () => {
    mkdirSync(join(cwd, 'profiles'))
    writeFileSync(join(cwd, 'profiles/mine.yaml'), 'id: mine\nname: Mine\nmessages: [{ topic: m, redings: {} }]\n')
    writeFileSync(join(cwd, 'profiles/torn.yaml'), 'id: torn\nmessages: [\n')
    const lines = [
      'htp: {}',
      'mqtt:',
      '  users: [{ name: attic, passwordHashFile: nowhere }]',
      '  brokers: [{ url: "${env:BROKER}", passwordFile: no }]',
      'serial:',
      '  - profile: lines',
      '  - { port: /dev/ttyUSB0, profile: sds012, baud: fast }',
      '  - { port: /dev/ttyUSB0, profile: mine, addresses: [1, 2] }',
      '  - { port: /dev/ttyUSB1, profile: torn }',
      'log: { keep: { age: 30 } }',
    ]
    writeFileSync(join(cwd, 'rivulet.yaml'), lines.join('\n'))
    const { code, err } = await rivulet(['check'], { cwd })
    expect(code).toBe(2)
    expect(err.trim().replaceAll(`${cwd}/`, '').split('\n')).toEqual([
      'rivulet.yaml:1:1: unknown key htp; write http',
      'rivulet.yaml:3:44: mqtt.users[0].passwordHashFile: cannot read nowhere (ENOENT); create it, or correct the path',
      expect.stringMatching(/^rivulet.yaml:4:20: the environment has no variable BROKER; /),
      // The broker has no address yet: its password waits with it.
      'rivulet.yaml:6:5: serial[0].port is missing; write text',
      'rivulet.yaml:7:36: unknown profile "sds012"; write sds011',
      'rivulet.yaml:7:50: serial[1].baud is "fast"; write a whole number from 50 to 4000000',
      'rivulet.yaml:8:5: serial[2] has the same port as an entry before it; give it another port, or remove one',
      'rivulet.yaml:10:21: log.keep.age is 30; write a duration such as 500ms, 1s, 10m or 30d',
      'profiles/mine.yaml:3:24: unknown key messages[0].redings; write readings',
      expect.stringMatching(/^profiles\/torn.yaml:3:1: /),
    ])
  })

  it('says of a profile which word was meant, and what lies beyond the frame', async () => {
    mkdirSync(join(cwd, 'profiles'))
    const profile = [
      'id: scale',
      'serial:',
      '  framing: { kind: fix, head: [2], length: 8 }',
      'messages:',
      '  - bytes: { fields: { weight: { at: 1, type: u16, units: g } } }',
    ]
    writeFileSync(join(cwd, 'profiles/scale.yaml'), profile.join('\n'))
    const complaints = async () => (await rivulet(['check'], { cwd })).err.replaceAll(`${cwd}/profiles/`, '').trim()
    expect((await complaints()).split('\n').sort()).toEqual([
      'scale.yaml:1:1: name is missing; add it',
      'scale.yaml:3:20: serial.framing.kind is "fix"; write fixed',
      'scale.yaml:5:47: messages[0].bytes.fields.weight.type is "u16"; write u16be',
      'scale.yaml:5:52: unknown key messages[0].bytes.fields.weight.units; write unit',
    ])
    const right = profile.join('\n').replace('fix,', 'fixed,').replace('u16, units', 'u16be, unit')
    writeFileSync(join(cwd, 'profiles/scale.yaml'), `${right.replace('at: 1', 'at: 7')}\nname: Scale\n`)
    expect(await complaints()).toBe(
      'scale.yaml:5:38: messages[0].bytes.fields.weight.at; the frame has only 8 bytes, counted from 0',
    )
  })

  it('tells what a profile will give, and which metric may be misspelt', async () => {
    mkdirSync(join(cwd, 'profiles'))
    writeFileSync(
      join(cwd, 'profiles/pt.yaml'),
      'id: pt\nname: PT100\nmessages: [{ topic: "pt/{device}", readings: { t: temperature, h: { metric: humidty } } }]\n',
    )
    expect((await rivulet(['check'], { cwd })).out).toContain(
      'profile pt: humidty (a metric of its own; or humidity?), temperature Cel; no examples\n',
    )
  })

  it('runs the examples of profiles and says what they give instead', async () => {
    mkdirSync(join(cwd, 'profiles'))
    const profile = { id: 'mine', name: 'Mine', messages: [{ topic: 'm/{device}', readings: { t: 'temperature' } }] }
    const examples = [
      { topic: 'm/1', payload: '{"t":20}', readings: [{ metric: 'temperature', value: 20 }] },
      { topic: 'm/1', payload: '{"t":20}', readings: [{ metric: 'temperature', value: 21 }] },
      { topic: 'm/1', payload: '{"t":null}', rejected: ['sentinel'] },
    ]
    writeFileSync(join(cwd, 'profiles', 'mine.json'), JSON.stringify({ ...profile, examples }))
    const { code, err } = await rivulet(['check'], { cwd })
    expect(code).toBe(2)
    const instead = 'correct the example, or the rule that it is for'
    expect(err.trim().split('\n')).toEqual([
      `profile mine, example 2: says temperature 21, gives temperature 20; ${instead}`,
      `profile mine, example 3: says that sentinel is rejected, rejects null_value; ${instead}`,
    ])
  })

  it('prints the schema for editors', async () => {
    const { code, out } = await rivulet(['check', '--schema'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      properties: { http: { properties: { listen: { type: 'string', default: '127.0.0.1:8080' } } } },
    })
  })
})
