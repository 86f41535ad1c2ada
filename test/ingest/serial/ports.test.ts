import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newPortName, stableName } from '../../../src/ingest/serial/port-name.ts'
import { type ListPortsOptions, listPorts } from '../../../src/ingest/serial/ports.ts'

let root: string
let options: Required<Omit<ListPortsOptions, 'profiles'>>

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rivulet-sys-'))
  options = { sys: join(root, 'sys'), dev: join(root, 'dev'), byId: join(root, 'dev/serial/by-id') }
  usbPort(
    'ttyUSB10',
    { idVendor: '10c4', idProduct: 'EA60', product: 'CP2102 UART', serial: '0001' },
    'usb-Silicon_Labs-if00',
  )
  usbPort('ttyUSB2', { idVendor: '1a86', idProduct: '7523', product: 'USB Serial', manufacturer: 'QinHeng' })
  put('sys/devices/platform/uart/tty/ttyAMA0/type', '32')
  put('sys/devices/platform/8250/tty/ttyS0/type', '0')
  put('sys/devices/virtual/tty/tty1/dev', '4:1')
  for (const [name, device] of Object.entries({ ttyAMA0: 'platform/uart', ttyS0: 'platform/8250' })) {
    symlinkSync(join(root, 'sys/devices', device), join(root, 'sys/devices', device, 'tty', name, 'device'))
    list(name, `${device}/tty/${name}`)
  }
  list('tty1', 'virtual/tty/tty1')
})

afterEach(() => rmSync(root, { recursive: true }))

it('lists the ports with a device behind them, by number', async () => {
  const ports = await listPorts(options)
  expect(ports.map(({ path }) => path)).toEqual(
    ['ttyAMA0', 'ttyUSB2', 'ttyUSB10'].map((name) => join(options.dev, name)),
  )
})

it('tells what the device says of itself, and its stable name', async () => {
  const ports = await listPorts(options)
  expect(ports[2]).toEqual({
    path: join(options.dev, 'ttyUSB10'),
    stableName: join(options.byId, 'usb-Silicon_Labs-if00'),
    usb: { vendor: '10c4', product: 'ea60' },
    model: 'CP2102 UART',
    serialNumber: '0001',
    profiles: [],
  })
  expect(ports[1]).toMatchObject({ stableName: join(options.dev, 'ttyUSB2'), manufacturer: 'QinHeng' })
  expect(ports[0]).toEqual({
    path: join(options.dev, 'ttyAMA0'),
    stableName: join(options.dev, 'ttyAMA0'),
    profiles: [],
  })
})

it('names the profiles whose USB ids fit, those that know the model first', async () => {
  const profiles = [
    { profile: 'any-1a86', usb: [{ vendor: '1A86' }] },
    { profile: 'other-product', usb: [{ vendor: '1a86', product: '55d4' }] },
    { profile: 'dust', usb: [{ vendor: '0000' }, { vendor: '1a86', product: '7523', model: 'usb serial' }] },
    { profile: 'other-model', usb: [{ vendor: '1a86', product: '7523', model: 'x200' }] },
    { profile: 'labs', usb: [{ vendor: '10c4', product: 'ea60', model: 'Silicon_Labs' }] },
  ]
  const ports = await listPorts({ ...options, profiles })
  expect(ports.map((port) => port.profiles)).toEqual([[], ['dust', 'any-1a86'], ['labs']])
})

it('is empty where there is nothing to list', async () => {
  expect(await listPorts({ sys: '/nowhere', dev: '/nowhere', byId: '/nowhere' })).toEqual([])
})

it('finds the stable name of a port that is there', async () => {
  const byId = join(options.byId, 'usb-Silicon_Labs-if00')
  expect(await stableName(join(options.dev, 'ttyUSB10'), options.byId)).toBe(byId)
  expect(await stableName(byId, options.byId)).toBe(byId)
  expect(await stableName(join(options.dev, 'ttyUSB2'), options.byId)).toBe(join(options.dev, 'ttyUSB2'))
  expect(await stableName('/dev/ttyUSB99', options.byId)).toBe('/dev/ttyUSB99')
})

it('waits for the stable name of a port that has just appeared', async () => {
  const port = join(options.dev, 'ttyUSB2')
  const name = newPortName(port, options.byId, new AbortController().signal)
  await sleep(100)
  symlinkSync('../../ttyUSB2', join(options.byId, 'usb-late'))
  expect(await name).toBe(join(options.byId, 'usb-late'))
  expect(await newPortName('/dev/ttyUSB99', options.byId, new AbortController().signal)).toBe('/dev/ttyUSB99')
})

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), `${text}\n`)
}

function list(name: string, device: string): void {
  mkdirSync(join(root, 'sys/class/tty'), { recursive: true })
  symlinkSync(join(root, 'sys/devices', device), join(root, 'sys/class/tty', name))
  put(`dev/${name}`, '')
}

/** As the kernel lays it out: device, its interface, the port below that. */
function usbPort(name: string, attributes: Record<string, string>, byId?: string): void {
  const usb = `usb1/${name}-dev`
  for (const [file, text] of Object.entries(attributes)) put(`sys/devices/${usb}/${file}`, text)
  const port = `${usb}/1-1:1.0/${name}`
  put(`sys/devices/${port}/tty/${name}/dev`, '188:0')
  symlinkSync(join(root, 'sys/devices', port), join(root, `sys/devices/${port}/tty/${name}/device`))
  list(name, `${port}/tty/${name}`)
  if (!byId) return
  mkdirSync(options.byId, { recursive: true })
  symlinkSync(`../../${name}`, join(options.byId, byId))
}
