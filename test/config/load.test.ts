import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  checkConfig,
  clientSettings,
  dataFolder,
  type LoadOptions,
  problemLine,
  requireConfig,
} from '../../src/config/load.ts'
import fc from '../setup/properties.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-config-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function write(text: string): void {
  writeFileSync(join(cwd, 'rivulet.yaml'), text)
}

function load(options: LoadOptions = {}) {
  return requireConfig(checkConfig({ cwd, env: {}, ...options }))
}

function problems(text: string, options: LoadOptions = {}): string[] {
  write(text)
  return checkConfig({ cwd, env: {}, ...options }).problems.map(problemLine)
}

describe('a configuration', () => {
  it('needs no file: everything has a default, and nothing listens beyond loopback', () => {
    expect(load()).toEqual({
      file: null,
      data: join(cwd, 'data'),
      http: { listen: { host: '127.0.0.1', port: 8080 }, origins: [], hosts: [], anonymous: false, maxStreams: 10_000 },
      mqtt: {
        listen: { host: '127.0.0.1', port: 1883 },
        listenChosen: false,
        users: [],
        anonymous: false,
        brokers: [],
      },
      serial: [],
      devices: {},
      profiles: null,
      log: {
        commit: { ageMs: 1000, readings: 1000, unacked: 10 },
        keep: { ageMs: 2_592_000_000, minutesMs: 31_536_000_000, hoursMs: Infinity, bytes: 2e9 },
      },
      limits: {
        newDevicesPerHour: 1000,
        connectionsPerAddress: 256,
        messagesPerSecond: 1000,
        messageBytes: 1_048_576,
        fieldsPerMessage: 500,
      },
    })
  })

  it('is read whole, in bytes and milliseconds, with paths relative to the file', () => {
    for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(cwd, name), 'PEM')
    writeFileSync(join(cwd, 'secret'), 'pa ss\n')
    mkdirSync(join(cwd, 'mine'))
    write(`
data: ./store
http:
  listen: '[::1]:8443'
  tls: { cert: cert.pem, key: key.pem }
  origins: ['https://panel.example.org']
  hosts: [rivulet.example.org]
  maxStreams: 50
mqtt:
  listen: 0.0.0.0:1884
  users: [{ name: attic, passwordHash: $scrypt$x }]
  brokers:
    - url: mqtts://bob:s%20ecret@broker.example.org:8883
      ca: cert.pem
      version: 3.1.1
    - { name: other, url: 'ws://10.0.0.1/mqtt', username: eve, passwordFile: secret, clientId: me, topics: [a/+, 'b/#'], version: 5 }
serial:
  - { port: /dev/ttyUSB0, profile: sds011, baud: 9600, parity: even, stopBits: 2, dataBits: 7, rtscts: true, device: attic }
devices:
  'z2m:living_room': { name: Living room, tags: { floor: 1 }, adjust: { temperature: { offset: -0.4 } } }
profiles: mine
log: { commit: { age: 250ms, readings: 10, unacked: 5 }, keep: { age: 2w, minutes: 90d, hours: 3650d, size: 1.5GiB } }
limits: { messageBytes: 64KiB }
`)
    const config = load()
    expect(config).toMatchObject({
      file: join(cwd, 'rivulet.yaml'),
      data: join(cwd, 'store'),
      http: { listen: { host: '::1', port: 8443 }, tls: { cert: join(cwd, 'cert.pem'), key: join(cwd, 'key.pem') } },
      mqtt: { listen: { host: '0.0.0.0', port: 1884 }, listenChosen: true },
      devices: {
        'z2m:living_room': {
          name: 'Living room',
          tags: { floor: 1 },
          adjust: { temperature: { offset: -0.4, factor: 1 } },
        },
      },
      profiles: join(cwd, 'mine'),
      log: {
        commit: { ageMs: 250, readings: 10, unacked: 5 },
        keep: { ageMs: 1_209_600_000, minutesMs: 7_776_000_000, hoursMs: 315_360_000_000, bytes: 1_610_612_736 },
      },
      limits: { messageBytes: 65_536, fieldsPerMessage: 500 },
    })
    expect(config.mqtt.brokers).toEqual([
      {
        name: 'mqtts://broker.example.org:8883',
        url: 'mqtts://broker.example.org:8883',
        username: 'bob',
        password: 's ecret',
        clientId: `rivulet-${hostname().replace(/[^A-Za-z0-9-]/g, '-')}`,
        topics: ['#'],
        protocolVersion: 4,
        tls: { ca: join(cwd, 'cert.pem') },
      },
      {
        name: 'other',
        url: 'ws://10.0.0.1/mqtt',
        username: 'eve',
        password: 'pa ss',
        clientId: 'me',
        topics: ['a/+', 'b/#'],
        protocolVersion: 5,
        tls: {},
      },
    ])
    expect(config.serial).toEqual([
      {
        port: '/dev/ttyUSB0',
        profile: 'sds011',
        baud: 9600,
        parity: 'even',
        stopBits: 2,
        dataBits: 7,
        rtscts: true,
        device: 'attic',
      },
    ])
  })

  it('takes secrets from the environment', () => {
    write('mqtt: { brokers: [{ url: "mqtt://h:1883", username: u, password: "${env:PW}!" }] }')
    expect(load({ env: { PW: 'x' } }).mqtt.brokers[0]?.password).toBe('x!')
  })

  it('has no embedded broker beside listed ones unless one is asked for', () => {
    write('mqtt: { brokers: [{ url: "mqtt://127.0.0.1:1883" }] }')
    expect(load().mqtt.listen).toBeNull()
    write('mqtt: { listen: 127.0.0.1:1884, brokers: [{ url: "mqtt://127.0.0.1:1883" }] }')
    expect(load().mqtt.listen).toEqual({ host: '127.0.0.1', port: 1884 })
  })

  it.each(['mqtt: { listen: off }', 'mqtt: { listen: false }'])('switches the broker off with %s', (text) => {
    write(text)
    expect(load().mqtt.listen).toBeNull()
  })

  it('takes sections whose lines are all commented out as not written', () => {
    write('mqtt:\n  # listen: off\nhttp:\n  tls:\n')
    expect(load().mqtt.listen?.port).toBe(1883)
  })

  it('may be JSON, or empty', () => {
    write('{"http": {"listen": "127.0.0.1:0"}}')
    expect(load().http.listen.port).toBe(0)
    write('# nothing yet\n')
    expect(load().file).toBe(join(cwd, 'rivulet.yaml'))
  })
})

describe('flags', () => {
  it('are stronger than the file', () => {
    write('data: a\nhttp: { listen: 127.0.0.1:1, maxStreams: 3 }\nserial: [{ port: /dev/a }]')
    const port = '/dev/serial/by-path/platform-x-usb-0:1.3:1.0-port0'
    const flags = { data: 'b', http: '127.0.0.1:2', mqtt: 'off', serial: ['/dev/b:sds011', port, `${port}2:pms5003`] }
    const config = load({ flags })
    expect(config).toMatchObject({
      data: join(cwd, 'b'),
      http: { listen: { port: 2 }, maxStreams: 3 },
      mqtt: { listen: null },
    })
    expect(config.serial).toEqual([
      { port: '/dev/a', profile: 'lines' },
      { port: '/dev/b', profile: 'sds011' },
      { port, profile: 'lines' },
      { port: `${port}2`, profile: 'pms5003' },
    ])
  })

  it('--lan listens on all addresses, where the file chose none beyond loopback', () => {
    expect(load({ flags: { lan: true } })).toMatchObject({
      http: { listen: { host: '0.0.0.0', port: 8080 } },
      mqtt: { listen: { host: '0.0.0.0', port: 1883 } },
    })
    write('http: { listen: 192.168.1.5:80 }')
    expect(load({ flags: { lan: true } }).http.listen.host).toBe('192.168.1.5')
  })

  it('are named when they are wrong', () => {
    const flags = { http: '8080', mqtt: 'on', serial: ['/dev/a:sds11'] }
    expect(problems('', { flags: { ...flags, serial: [] } })).toEqual([
      '--http: http.listen is "8080"; write HOST:PORT such as 127.0.0.1:8080, or 0.0.0.0:8080 for all addresses',
      '--mqtt: mqtt.listen is "on"; write HOST:PORT such as 127.0.0.1:1883, or off',
    ])
    expect(problems('', { flags: { serial: flags.serial }, profileNames: ['lines', 'sds011'] })).toEqual([
      '--serial: unknown profile "sds11"; write sds011',
    ])
  })
})

describe('a problem has its place and what to write instead', () => {
  it.each([
    ['htp: {}', 'rivulet.yaml:1:1: unknown key htp; write http'],
    ['keep: 1', 'rivulet.yaml:1:1: unknown key keep; it belongs at log.keep'],
    [
      'xyzzy: 1',
      'rivulet.yaml:1:1: unknown key xyzzy; known here: data, http, mqtt, serial, devices, profiles, log, limits',
    ],
    ['serial:\n  - port: /dev/a\n    baudrate: 9600', 'rivulet.yaml:3:5: unknown key serial[0].baudrate; write baud'],
    ['serial:\n  - baud: 9600', 'rivulet.yaml:2:5: serial[0].port is missing; write text'],
    ['serial: /dev/a', 'rivulet.yaml:1:9: serial is "/dev/a"; write a list: one entry a line, begun with "- "'],
    [
      'serial: [{ port: a, baud: fast }]',
      'rivulet.yaml:1:27: serial[0].baud is "fast"; write a whole number from 50 to 4000000',
    ],
    ['serial: [{ port: a, parity: x }]', 'rivulet.yaml:1:29: serial[0].parity is "x"; write none, even or odd'],
    [
      'serial: [{ port: a, addresses: [0] }]',
      'rivulet.yaml:1:33: serial[0].addresses[0] is 0; write a whole number from 1 to 247',
    ],
    [
      'serial: [{ port: a, addresses: [3, 3] }]',
      'rivulet.yaml:1:32: serial[0].addresses is not right; write each address once',
    ],
    [
      'serial: [{ port: a, device: b, addresses: [1, 2] }]',
      'rivulet.yaml:1:29: serial[0].device is one name for several addresses; take it out: each is called by the port and its address',
    ],
    [
      'serial: [{ port: a }, { port: a }]',
      'rivulet.yaml:1:23: serial[1] has the same port as an entry before it; give it another port, or remove one',
    ],
    [
      'http: 8080',
      'rivulet.yaml:1:7: http is 8080; write a map with the keys listen, tls, origins, hosts, anonymous, maxStreams',
    ],
    [
      'http: { listen: 8080 }',
      'rivulet.yaml:1:17: http.listen is 8080; write HOST:PORT such as 127.0.0.1:8080, or 0.0.0.0:8080 for all addresses',
    ],
    ['http: { listen: "h:99999" }', 'rivulet.yaml:1:17: http.listen is "h:99999"; write a port from 0 to 65535'],
    ['http: { anonymous: yes }', 'rivulet.yaml:1:20: http.anonymous is "yes"; write true or false'],
    [
      'http: { origins: [example.org] }',
      'rivulet.yaml:1:19: http.origins[0] is "example.org"; write an origin such as https://panel.example.org, without a path',
    ],
    ['mqtt: { listen: on }', 'rivulet.yaml:1:17: mqtt.listen is "on"; write HOST:PORT such as 127.0.0.1:1883, or off'],
    [
      'mqtt: { brokers: [{ url: "http://u:secret@h" }] }',
      'rivulet.yaml:1:26: mqtt.brokers[0].url is not right; write a URL such as mqtt://192.168.1.10:1883 (mqtt, mqtts, ws or wss)',
    ],
    [
      'mqtt: { brokers: [{ url: "mqtt://h", topics: ["a#"] }] }',
      `rivulet.yaml:1:47: mqtt.brokers[0].topics[0] is "a#"; write a topic filter such as 'sensors/#' or '+/status'`,
    ],
    [
      'mqtt: { brokers: [{ url: "mqtt://h", topics: [] }] }',
      `rivulet.yaml:1:46: mqtt.brokers[0].topics is not right; write at least one topic filter, such as '#'`,
    ],
    [
      'mqtt: { brokers: [{ url: "mqtt://h", cert: a }] }',
      'rivulet.yaml:1:19: mqtt.brokers[0] is not right; give cert and key together',
    ],
    [
      'mqtt: { users: [{ name: a }] }',
      'rivulet.yaml:1:17: mqtt.users[0] is not right; give either passwordHash (made by `rivulet user hash`) or passwordHashFile',
    ],
    [
      'log: { keep: { age: 30 } }',
      'rivulet.yaml:1:21: log.keep.age is 30; write a duration such as 500ms, 1s, 10m or 30d',
    ],
    [
      'log: { keep: { age: 30 days } }',
      'rivulet.yaml:1:21: log.keep.age is "30 days"; write a duration such as 500ms, 1s, 10m or 30d',
    ],
    ['log: { commit: { age: 2h } }', 'rivulet.yaml:1:23: log.commit.age is "2h"; write a duration from 1ms to 1m'],
    [
      'log: { keep: { size: 2G } }',
      'rivulet.yaml:1:22: log.keep.size is "2G"; write a size such as 500MB, 2GB or 1MiB',
    ],
    [
      "devices: { 'a b': {} }",
      `rivulet.yaml:1:12: "a b" is not a device id; write a device id as \`rivulet devices\` shows it, such as 'z2m:attic'`,
    ],
    ['devices: { a: { nam: x } }', 'rivulet.yaml:1:17: unknown key devices.a.nam; write name'],
    ['devices: { a: }', 'rivulet.yaml:1:15: devices.a is null; write a map with the keys name, hidden, tags, adjust'],
    [
      '[]',
      'rivulet.yaml:1:1: the file is not right; write a map with the keys data, http, mqtt, serial, devices, profiles, log, limits',
    ],
    ['data: a\ndata: b', 'rivulet.yaml:2:1: Map keys must be unique; merge the two into one'],
    ['http:\n\tlisten: x', 'rivulet.yaml:2:1: Tabs are not allowed as indentation; indent with spaces, not tabs'],
    [
      'mqtt: { brokers: [{ url: "mqtt://h", password: "${env:NOPE}" }] }',
      'rivulet.yaml:1:48: the environment has no variable NOPE; set NOPE before the start, or write the value into a file and name it with the key ending in File',
    ],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual([expected])
  })

  it.each([
    [
      'http: { tls: { cert: no.pem, key: no.pem } }',
      /^rivulet.yaml:1:22: http.tls.cert: cannot read .*no.pem \(ENOENT\); create it/,
    ],
    [
      'mqtt: { brokers: [{ url: "mqtt://h", passwordFile: no }] }',
      /^rivulet.yaml:1:52: mqtt.brokers\[0\].passwordFile: cannot read/,
    ],
    ['profiles: nowhere', /^rivulet.yaml:1:11: there is no folder .*nowhere; create it, or leave the key out/],
    ['profiles: "a\\nb"', /^rivulet.yaml:1:11: there is no folder .*a\\nb; create it, or leave the key out$/],
  ])('for files that are missing: %s', (text, expected) => {
    expect(problems(text)[0]).toMatch(expected)
  })

  it('and all are told at once, in the order of the file', () => {
    const text = 'htp: {}\nlog: { keep: { age: x } }\nserial:\n  - port: a\n    baud: 1\n  - prt: b\nlimits: { a: 1 }\n'
    expect(problems(text).map((line) => line.split(': ')[0])).toEqual([
      'rivulet.yaml:1:1',
      'rivulet.yaml:2:21',
      'rivulet.yaml:5:11',
      'rivulet.yaml:6:5',
      'rivulet.yaml:6:5',
      'rivulet.yaml:7:11',
    ])
  })

  it('and a secret is never repeated', () => {
    const text = 'mqtt: { brokers: [{ url: "mqtt://h", password: 12345, clientId: "${env:A}" }], listen: "${env:B}" }'
    const lines = problems(text, { env: { A: 'sesame', B: 'sesame' } }).join('\n')
    expect(lines).toContain('mqtt.listen is not right')
    expect(lines).not.toMatch(/sesame|12345/)
  })

  it('as one error when the gateway starts', () => {
    write('htp: {}\nlgo: {}')
    expect(() => load()).toThrow(
      expect.objectContaining({
        code: 'config',
        message: 'rivulet.yaml:1:1: unknown key htp; write http\nrivulet.yaml:2:1: unknown key lgo; write log',
      }),
    )
  })

  it('for a file that was named and is not there', () => {
    expect(() => load({ file: 'other.yaml' })).toThrow('other.yaml: there is no such file; correct the path')
    expect(() => load({ file: '.' })).toThrow('.: is a folder; name the file in it')
  })

  it('never by crashing, whatever the file holds', () => {
    for (const text of [
      '\0',
      '&a [*a, *a]',
      '*x',
      '!!binary x',
      '? [1]\n: 2',
      'a: &a [1]\nb: *a',
      '%YAML 9\n--- 1',
      '--- 1\n--- 2',
      '__proto__: { x: 1 }',
    ]) {
      const found = problems(text)
      expect(found.length, text).toBeGreaterThan(0)
    }
  })
})

describe('whatever a file holds', () => {
  const valid = `data: ./data
http: { listen: 127.0.0.1:8080, origins: ['https://a.example'], maxStreams: 5 }
mqtt:
  users: [{ name: a, passwordHash: b }]
  brokers: [{ url: mqtt://h:1883, topics: ['#'], version: 5 }]
serial: [{ port: /dev/a, baud: 9600 }]
devices: { 'z2m:a': { name: A, tags: { x: 1 }, adjust: { t: { offset: 1 } } } }
log: { keep: { age: 30d, size: 2GB } }
`
  const edit = fc.record({ at: fc.nat(valid.length), remove: fc.nat(12), insert: fc.string({ maxLength: 6 }) })

  it('there is either a configuration or problems that name a place and a way out', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        const apply = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }) =>
          text.slice(0, at) + insert + text.slice(at + remove)
        write(edits.reduce(apply, valid))
        const checked = checkConfig({ cwd, env: {} })
        expect(checked.config === null).toBe(checked.problems.length > 0)
        for (const { where, what, instead } of checked.problems) {
          expect(where).toMatch(/^rivulet\.yaml(:\d+:\d+)?$/)
          expect(what.length * instead.length).toBeGreaterThan(0)
          expect(problemLine({ where, what, instead })).not.toContain('\n')
        }
      }),
      { numRuns: 200 },
    )
  })
})

it('finds the data folder although the rest of the file is wrong', () => {
  expect(dataFolder({ cwd })).toBe(join(cwd, 'data'))
  write('data: there\nhtp: {}')
  expect(dataFolder({ cwd })).toBe(join(cwd, 'there'))
  expect(dataFolder({ cwd, data: 'x' })).toBe(join(cwd, 'x'))
})

it('reads how to reach a remote gateway from the environment', () => {
  expect(clientSettings({ RIVULET_URL: 'http://pi:8080', RIVULET_TOKEN: 't' })).toEqual({
    url: 'http://pi:8080',
    token: 't',
  })
  expect(clientSettings({ RIVULET_URL: '' })).toEqual({})
})
