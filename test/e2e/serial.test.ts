import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SerialFrame } from '../../src/frame.ts'
import type { SerialSource } from '../../src/framing.ts'
import type { RejectedBytes } from '../../src/ingest/input.ts'
import { findHolder } from '../../src/ingest/serial/holder.ts'
import { SerialInput, type SerialInputOptions } from '../../src/ingest/serial/serial-input.ts'
import { modbusRequest } from '../../src/modbus.ts'
import { pms5003, pmsFrame, readTwoInputs, withCrc } from '../ingest/serial/framers/streams.ts'
import { patienceMs } from '../setup/patience.ts'
import { openPtyPair, type PtyPair } from '../setup/pty.ts'

const lines: SerialSource = { baud: 9600, framing: { kind: 'lines' } }
const dust: SerialSource = { baud: 9600, framing: pms5003 }
const ending: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

async function plug(port?: string): Promise<PtyPair> {
  const pair = await openPtyPair(port)
  ending.push(() => pair.close())
  return pair
}

interface Running {
  input: SerialInput
  frames: SerialFrame[]
  rejected: RejectedBytes[]
  /** Payloads as text. */
  texts(): string[]
}

async function start(port: string, source: SerialSource, options: Partial<SerialInputOptions> = {}): Promise<Running> {
  const frames: SerialFrame[] = []
  const rejected: RejectedBytes[] = []
  const input = new SerialInput({
    port,
    profile: 'test',
    source,
    sink: (frame) => frames.push(frame as SerialFrame),
    reject: (bytes) => rejected.push(bytes),
    byId: '/nowhere',
    ...options,
  })
  await input.start()
  ending.push(() => input.stop())
  return { input, frames, rejected, texts: () => frames.map(({ payload }) => Buffer.from(payload).toString()) }
}

const until = (check: () => void) => vi.waitFor(check, { timeout: patienceMs, interval: 10 })
const connected = (input: SerialInput) => until(() => expect(input.state.status).toBe('connected'))
const waiting = (input: SerialInput) => until(() => expect(input.state.status).toBe('waiting'))

describe('a serial port', () => {
  it('gives the same frames however the bytes come', async () => {
    const pair = await plug()
    const { input, frames, rejected } = await start(pair.port, dust, { device: 'attic' })
    await connected(input)
    const sent = Array.from({ length: 40 }, (_, i) => pmsFrame(Buffer.alloc(26, i)))
    const bytes = Buffer.concat(sent)
    for (let from = 0, size = 1; from < bytes.length; from += size, size = 1 + ((size * 7) % 61)) {
      await pair.write(bytes.subarray(from, from + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => expect(frames.length).toBe(40))
    expect(frames.map(({ payload }) => Buffer.from(payload))).toEqual(sent)
    expect(rejected).toEqual([])
    expect(frames[0]).toMatchObject({ transport: 'serial', source: pair.port, profile: 'test', device: 'attic' })
    expect(Math.abs(Date.now() - frames[0]!.receivedAt)).toBeLessThan(60_000)
    expect(input.state).toMatchObject({ kind: 'serial', received: 40, dropped: 0 })
  })

  it('gives the good frames among noise, and tells of the noise', async () => {
    const pair = await plug()
    const { input, frames, rejected } = await start(pair.port, dust)
    await connected(input)
    const good = pmsFrame(Buffer.alloc(26, 3))
    const flipped = Buffer.from(good).fill(9, 20, 21)
    for (const part of [good, Buffer.from('\0noise'), good, flipped, good.subarray(0, 30), good]) await pair.write(part)
    await until(() => expect(frames.length).toBe(3))
    expect(rejected.map(({ reason }) => reason)).toEqual(['bad_frame', 'checksum_mismatch', 'checksum_mismatch'])
    expect(Buffer.from(rejected[0]!.bytes).toString()).toBe('\0noise')
    expect(rejected[0]).toMatchObject({ source: pair.port, profile: 'test' })
  })

  it('leaves out the first line, which may have lost its beginning, unless it proves itself', async () => {
    const pair = await plug()
    const { input, texts } = await start(pair.port, lines)
    await connected(input)
    await pair.write('1.5\n21.5\n')
    await until(() => expect(texts()).toEqual(['21.5']))
    await input.stop()
    await input.start()
    await connected(input)
    await pair.write('{"t":21.5}\n22.5\n')
    await until(() => expect(texts()).toEqual(['21.5', '{"t":21.5}', '22.5']))
  })

  it('lives through a flood without a line end, and reads on after it', async () => {
    const pair = await plug()
    const { input, texts, rejected } = await start(pair.port, lines)
    await connected(input)
    await pair.write('\n')
    for (let i = 0; i < 40; i++) await pair.write(Buffer.alloc(65_536, 'x'))
    await pair.write('\n21.5\n')
    await until(() => expect(texts()).toEqual(['21.5']))
    expect(rejected.map(({ reason }) => reason)).toEqual(['bad_frame'])
  })

  it('takes nothing from a line that was cut by the unplugged cable, and reads on when it is back', async () => {
    const pair = await plug()
    const { input, texts, rejected } = await start(pair.port, lines)
    await connected(input)
    await pair.write('\n21.5\n2')
    await until(() => expect(texts()).toEqual(['21.5']))
    await pair.unplug()
    await waiting(input)
    expect(input.state.detail).toContain(pair.port)
    await pair.replug()
    await connected(input)
    await pair.write('2.5\n22.5\n')
    await until(() => expect(texts()).toEqual(['21.5', '22.5']))
    expect(rejected.map(({ reason, bytes }) => [reason, Buffer.from(bytes).toString()])).toEqual([['truncated', '2']])
  })

  it('is awaited when it is not there, with a line that says which ports are', async () => {
    const pair = await plug()
    const port = pair.port
    await pair.unplug()
    const told: string[] = []
    const waits = vi.spyOn(Math, 'random').mockReturnValue(0.02)
    ending.push(async () => waits.mockRestore())
    const { input, texts } = await start(port, lines, { changed: ({ status }) => told.push(status) })
    await until(() => expect(waits.mock.calls.length).toBeGreaterThan(3))
    expect(input.state.detail).toMatch(/^\S+ is not there; plug it in/)
    await pair.replug()
    await connected(input)
    expect(input.state.detail).toBeUndefined()
    expect(told).toEqual(['connecting', 'waiting', 'connected'])
    await pair.write('\n21.5\n')
    await until(() => expect(texts()).toEqual(['21.5']))
  })

  it('is found by its by-id name when it comes back under another number', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-dev-'))
    ending.push(async () => rmSync(folder, { recursive: true }))
    const byId = join(folder, 'serial/by-id')
    mkdirSync(byId, { recursive: true })
    const name = join(byId, 'usb-1a86_USB_Serial-if00-port0')
    const pair = await plug(join(folder, 'ttyUSB0'))
    symlinkSync('../../ttyUSB0', name)
    const { input, frames } = await start(pair.port, lines, { byId })
    await connected(input)
    expect(input.state.name).toBe(name)
    await pair.unplug()
    unlinkSync(name)
    await waiting(input)
    await pair.replug(join(folder, 'ttyUSB1'))
    symlinkSync('../../ttyUSB1', name)
    await connected(input)
    await pair.write('\n21.5\n')
    await until(() => expect(frames.map(({ source }) => source)).toEqual([name]))
  })

  it('that another program reads is left to it until that ends', async () => {
    const pair = await plug()
    const reader = spawn('cat', [pair.port], { stdio: ['ignore', 'ignore', 'ignore'] })
    await once(reader, 'spawn')
    await expect.poll(() => findHolder(pair.port)).toEqual({ pid: reader.pid, name: 'cat' })
    const { input } = await start(pair.port, lines)
    await until(() => expect(input.state.detail).toContain(`in use by cat (pid ${reader.pid})`))
    expect(input.state.status).toBe('waiting')
    reader.kill()
    await connected(input)
  })

  it('is opened once: a second input waits', async () => {
    const pair = await plug()
    const first = await start(pair.port, lines)
    await connected(first.input)
    const second = await start(pair.port, lines)
    await until(() => expect(second.input.state.detail).toContain('in use'))
    await first.input.stop()
    await connected(second.input)
  })

  it('is no file', async () => {
    const { input } = await start(import.meta.filename, lines)
    await until(() => expect(input.state.detail).toBe(`${import.meta.filename} is no serial port`))
    expect(input.state.status).toBe('waiting')
  })

  it('counts what it drops while paused, and tears no frame', async () => {
    const pair = await plug()
    const { input, texts } = await start(pair.port, lines)
    await connected(input)
    await pair.write('\na\nb')
    await until(() => expect(texts()).toEqual(['a']))
    input.pause()
    expect(input.state.status).toBe('paused')
    await pair.write('b\nc\nd')
    await until(() => expect(input.state.dropped).toBe(2))
    input.resume()
    await pair.write('d\n')
    await until(() => expect(texts()).toEqual(['a', 'dd']))
    expect(input.state).toMatchObject({ status: 'connected', received: 2, dropped: 2 })
  })

  it('that fell silent is opened again, ever less often', async () => {
    const pair = await plug()
    const states: (string | undefined)[] = []
    const changed = ({ detail }: { detail?: string }) => states.push(detail)
    const { input, texts } = await start(pair.port, { ...lines, silentMs: 300 }, { changed })
    await until(() => expect(states.filter((detail) => detail?.includes('was silent')).length).toBeGreaterThan(1))
    await until(() => {
      void pair.write('\n21.5\n')
      expect(texts().at(-1)).toBe('21.5')
    })
    expect(input.state.detail).toBeUndefined()
  })

  it('says what may be wrong when nothing it hears is a frame', async () => {
    const pair = await plug()
    const { input } = await start(pair.port, dust)
    await connected(input)
    await pair.write(Buffer.alloc(20_000, 'x'))
    await until(() => expect(input.state.detail).toBe('what arrives is no test frame: is 9600 baud right?'))
    await pair.write(pmsFrame(Buffer.alloc(26)))
    await until(() => expect(input.state.detail).toBeUndefined())
  })

  it('stops at once, in whatever state', async () => {
    const pair = await plug()
    const { input } = await start(pair.port, lines)
    await connected(input)
    await input.stop()
    expect(input.state.status).toBe('stopped')
    await input.stop()
    const missing = await start('/nowhere/ttyUSB9', lines)
    await missing.input.stop()
    expect(missing.input.state.status).toBe('stopped')
  })

  it('refuses a parity that the system does not know', async () => {
    await expect(start('/dev/ttyUSB0', { ...lines, parity: 'mark' })).rejects.toMatchObject({ code: 'config' })
  })
})

describe('a polled device', () => {
  const readOther = withCrc(Buffer.from('010400060002', 'hex'))
  const modbus = (timeoutMs: number) =>
    ({
      baud: 9600,
      framing: { kind: 'modbus-rtu' },
      polls: [readTwoInputs, readOther].map((request) => ({ request, everyMs: 100, timeoutMs })),
    }) as const satisfies SerialSource
  const answerTo = (request: Buffer) => withCrc(Buffer.from([request[0]!, 4, 4, 0, request[3]!, 1, 2]))

  it('is asked in turn, and each answer carries its request', async () => {
    const pair = await plug()
    pair.onHeard((request) => void pair.write(answerTo(request)))
    const { frames, rejected } = await start(pair.port, modbus(5000))
    await until(() => expect(frames.length).toBeGreaterThanOrEqual(6))
    for (const { payload, request } of frames) expect(Buffer.from(payload)).toEqual(answerTo(Buffer.from(request!)))
    expect(new Set(frames.map(({ request }) => request![3]))).toEqual(new Set([1, 6]))
    expect(rejected).toEqual([])
  })

  it('that answers too late is not taken for an answer to the next question', async () => {
    const pair = await plug()
    // Soon after: what comes later than the pause that follows a time-out cannot be told from an answer to the next request.
    const timeoutMs = 600
    let delay = timeoutMs + 10
    pair.onHeard((request) => {
      setTimeout(() => void pair.write(answerTo(request)), delay)
      delay = 100
    })
    const { frames } = await start(pair.port, modbus(timeoutMs))
    await until(() => expect(frames.length).toBeGreaterThanOrEqual(4))
    for (const { payload, request } of frames) expect(payload[4]).toBe(request![3])
    expect(frames[0]!.request![3]).toBe(6)
  })

  it('that does not answer is asked on, and the state says so', async () => {
    const pair = await plug()
    const { input, frames } = await start(pair.port, modbus(300))
    await until(() => expect(input.state.detail).toBe('nothing answers: are wiring, address and 9600 baud right?'))
    expect(input.state.status).toBe('connected')
    pair.onHeard((request) => void pair.write(answerTo(request)))
    await until(() => expect(frames.length).toBeGreaterThan(1))
    await until(() => expect(input.state.detail).toBeUndefined())
  })

  it('says which of several meters on its line does not answer, once, until it does', async () => {
    const pair = await plug()
    let away = 2
    pair.onHeard((request) => request[0] !== away && void pair.write(answerTo(request)))
    const polls = [1, 2].map((address) => ({
      request: modbusRequest({ address, function: 4, register: 1, count: 2 }),
      everyMs: 50,
      timeoutMs: 400,
    }))
    const told: (string | undefined)[] = []
    const changed = ({ detail }: { detail?: string }) => told.push(detail)
    const { input, frames } = await start(
      pair.port,
      { baud: 9600, framing: { kind: 'modbus-rtu' }, polls },
      { changed },
    )
    const missing = 'no answer from address 2: are its power, wiring and address right?'
    await until(() => expect(input.state.detail).toBe(missing))
    const heard = frames.length
    await until(() => expect(frames.length).toBeGreaterThan(heard + 2))
    away = 0
    await until(() => expect(input.state.detail).toBeUndefined())
    expect(told.filter(Boolean)).toEqual([missing])
  })

  it('of one fixed frame is asked too', async () => {
    const pair = await plug()
    const request = Buffer.from('ff0186000000000079', 'hex')
    const answer = Buffer.from('ff8601f44100000044', 'hex')
    const framing = {
      kind: 'fixed',
      head: [0xff, 0x86],
      length: 9,
      checksum: { kind: 'sum8-negated', from: 1, to: 8, at: 8 },
    } as const
    pair.onHeard(() => void pair.write(answer))
    const { frames } = await start(pair.port, { baud: 9600, framing, polls: [{ request, everyMs: 200 }] })
    await until(() => expect(frames.length).toBe(2))
    expect(Buffer.from(frames[1]!.payload)).toEqual(answer)
    expect(Buffer.from(frames[1]!.request!)).toEqual(request)
    expect(pair.heard.subarray(0, 9)).toEqual(request)
  })
})
