import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Who may import whom: the way of a reading, top to bottom. A place is a folder or a file directly below src. */
const table: Record<string, string[]> = {
  reading: [],
  framing: [],
  'unit-table': [],
  units: ['unit-table'],
  notation: ['reading'],
  metrics: [],
  errors: [],
  'address-count': [],
  folder: [],
  checksum: [],
  modbus: ['checksum'],
  frame: ['reading'],
  config: ['reading', 'framing', 'errors'],
  ingest: ['address-count', 'frame', 'framing', 'checksum', 'modbus', 'reading', 'errors'],
  decode: ['frame', 'framing', 'checksum', 'modbus', 'reading', 'units', 'metrics', 'errors'],
  devices: ['decode', 'framing'],
  log: ['folder', 'reading', 'errors'],
  feed: ['log', 'metrics', 'reading', 'errors'],
  http: ['address-count', 'feed', 'log', 'password', 'secret-checks', 'reading', 'units', 'metrics', 'errors'],
  client: [],
  password: [],
  'secret-checks': ['address-count', 'password', 'errors'],
  package: [],
  clock: ['reading'],
  admission: ['reading'],
  repeats: ['http', 'reading'],
  'broker-users': ['config', 'log', 'password', 'secret-checks', 'errors'],
  'broker-choice': ['config', 'log'],
  'unguarded-broker': ['broker-users', 'config', 'errors', 'http'],
  'first-use': ['broker-users', 'http'],
  profiles: ['config', 'decode', 'devices'],
  'serial-ports': ['config', 'decode', 'ingest'],
  intake: ['decode', 'log', 'frame', 'reading'],
  inputs: ['config', 'ingest', 'errors'],
  'make-input': [
    'address-count',
    'broker-users',
    'config',
    'decode',
    'errors',
    'framing',
    'http',
    'ingest',
    'inputs',
    'intake',
    'log',
  ],
  'open-intake': ['admission', 'clock', 'config', 'decode', 'feed', 'http', 'inputs', 'intake', 'log', 'reading'],
  gateway: [
    'admission',
    'broker-choice',
    'broker-users',
    'clock',
    'config',
    'decode',
    'errors',
    'feed',
    'first-use',
    'folder',
    'http',
    'ingest',
    'inputs',
    'intake',
    'log',
    'make-input',
    'open-intake',
    'package',
    'reading',
    'repeats',
    'serial-ports',
    'unguarded-broker',
  ],
  demo: ['config', 'reading', 'errors'],
  // To the log for `restore` and `check --data`, and with http, broker-users, unguarded-broker, folder and clock for `doctor`: they work while no gateway runs.
  cli: [
    'broker-users',
    'clock',
    'folder',
    'http',
    'gateway',
    'client',
    'config',
    'demo',
    'ingest',
    'decode',
    'devices',
    'profiles',
    'serial-ports',
    'unguarded-broker',
    'log',
    'password',
    'package',
    'frame',
    'framing',
    'metrics',
    'notation',
    'reading',
    'errors',
  ],
  // To decode for words alone: why something was rejected.
  web: ['client', 'reading', 'metrics', 'notation', 'decode'],
}

it('imports only go down the way of a reading', () => {
  const sources = ['src', 'devices', 'web'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
  expect(sources.length).toBeGreaterThan(0)
  const wrong = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import|URL\()\s*\(?'(\.[^']+\.ts)'/g)]
      .map(([, target]) => relative(root, resolve(root, dirname(file), target!)))
      .filter((target) => place(target) !== place(file) && !table[place(file)]?.includes(place(target)))
      .map((target) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

function place(file: string): string {
  const [first, second] = file.split('/')
  return first === 'src' ? second!.replace(/\.ts$/, '') : first!
}
