import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it } from 'vitest'
import { checkConfig, requireConfig } from '../../src/config/load.ts'
import { type Demo, openDemo } from '../../src/demo/demo.ts'
import { openPseudoTerminal, type PseudoTerminal } from '../../src/demo/pseudo-terminal.ts'
import { simulatedDevices, simulatedFrame, simulatedMessages } from '../../src/demo/sensors.ts'

const hour = 3_600_000

describe('simulated sensors', () => {
  it('say so in every topic, id, name and tag', () => {
    for (const { topic } of simulatedMessages(0)) expect(topic).toContain('/simulated_')
    for (const [id, { name, tags }] of Object.entries(simulatedDevices)) {
      expect(id).toContain(':simulated')
      expect(name).toMatch(/ \(simulated\)$/)
      expect(tags).toEqual({ simulated: true })
    }
  })

  it('stay within what such sensors show, at any time', () => {
    for (let time = 0; time < hour; time += 7_000) {
      const frame = Buffer.from(simulatedFrame(time))
      expect(frame).toHaveLength(10)
      expect(frame[8]).toBe(frame.subarray(2, 8).reduce((sum, byte) => (sum + byte) & 0xff, 0))
      expect(frame.readUInt16LE(2) / 10).toBeGreaterThan(4)
      expect(frame.readUInt16LE(4) / 10).toBeGreaterThan(frame.readUInt16LE(2) / 10)
      const [room, window, washer] = simulatedMessages(time).map(({ payload }) => JSON.parse(payload))
      expect(room.temperature).toBeGreaterThan(19)
      expect(room.temperature).toBeLessThan(24)
      expect(typeof window.contact).toBe('boolean')
      expect(washer.ENERGY.Power).toBeLessThan(2000)
    }
  })

  it('change', () => {
    const contacts = new Set<boolean>()
    for (let time = 0; time < hour; time += 7_000) contacts.add(JSON.parse(simulatedMessages(time)[1]!.payload).contact)
    expect(contacts).toEqual(new Set([true, false]))
  })
})

describe('a pseudo-terminal', () => {
  let terminal: PseudoTerminal
  afterEach(() => terminal.close())

  it('carries every byte to the serial port at its other end', async () => {
    terminal = await openPseudoTerminal()
    const port = new SerialPort({ path: terminal.path, baudRate: 9600, autoOpen: false })
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())))
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const got: Buffer[] = []
    port.on('data', (chunk: Buffer) => got.push(chunk))
    terminal.write(bytes)
    await expect.poll(() => Buffer.concat(got).length).toBe(256)
    expect(Buffer.concat(got)).toEqual(Buffer.from(bytes))
    await new Promise<void>((resolve) => port.close(() => resolve()))
  })
})

describe('a demo', () => {
  let demo: Demo
  afterEach(() => demo.close())

  it('adds a serial port and names to the configuration, and leaves the rest of it', async () => {
    const config = requireConfig(checkConfig({ cwd: '/nowhere', env: {}, flags: { serial: ['/dev/ttyUSB0'] } }))
    demo = await openDemo()
    expect(demo.withoutSerial).toBeUndefined()
    const own = { 'sds011:simulated': { name: 'Mine', tags: {}, adjust: {} } }
    expect(demo.addTo({ ...config, devices: own })).toMatchObject({
      http: config.http,
      serial: [{ port: '/dev/ttyUSB0' }, { port: /^\/dev\/pts\//, profile: 'sds011', device: 'simulated' }].map(
        ({ port, ...rest }) => ({ port: typeof port === 'string' ? port : expect.stringMatching(port), ...rest }),
      ),
      devices: { 'sds011:simulated': { name: 'Mine' }, 'z2m:simulated_window': { name: 'Window (simulated)' } },
    })
  })
})
