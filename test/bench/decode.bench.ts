import { families } from '../../devices/index.ts'
import type { DecodeClock } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import type { Frame } from '../../src/frame.ts'
import type { Row } from './row.ts'

/** Payloads as sensors send them, each over many topics, as a household has them. */
const samples: Record<string, (index: number) => { topic: string; payload: string }> = {
  'one number': (i) => ({ topic: `sensors/node${i % topics}/temperature`, payload: '21.53' }),
  'plain JSON, 3 fields': (i) => ({
    topic: `sensors/node${i % topics}`,
    payload: '{"temperature":21.53,"humidity":44.1,"battery":93}',
  }),
  'zigbee2mqtt, 6 fields': (i) => ({
    topic: `zigbee2mqtt/room${i % topics}`,
    payload: '{"battery":93,"humidity":44.1,"linkquality":87,"pressure":1004.2,"temperature":21.53,"voltage":3015}',
  }),
  'tasmota, 3 fields and a time': (i) => ({
    topic: `tele/node${i % topics}/SENSOR`,
    payload: `{"Time":"${timeOf(i)}","BME280":{"Temperature":21.7,"Humidity":66.6,"Pressure":988.6},"TempUnit":"C"}`,
  }),
}

const topics = 200
/** Distinct messages: more than are remembered to find repetitions, so that none of these is one. */
const messages = 20_000
const rounds = 40_000
const clock: DecodeClock = { synced: true }
/** What a message may cost beyond parsing its JSON, on two cores that do everything else as well. */
const targetUs = 5

/** Decoding one message on one core, held against JSON.parse of the same bytes. */
export async function measure(): Promise<Row[]> {
  return Object.entries(samples).map(([name, sample]) => {
    const frames: Frame[] = Array.from({ length: messages }, (_, index) => frameOf(sample(index)))
    const decoder = createDecoder(families)
    const state = new Map()
    let readings = 0
    const decode = bestNs(frames, (frame) => {
      readings += decoder.decode(frame, state, clock).readings.length
    })
    const parse = bestNs(frames, (frame) => {
      JSON.parse(frame.payload.toString())
    })
    return {
      name: `decode: ${name}`,
      figure: `${us(decode)} µs a message`,
      limit: `JSON.parse ${us(parse)} µs`,
      ratio: parse / decode,
      target: `< ${targetUs} µs on top`,
      reached: readings > 0 && (decode - parse) / 1000 < targetUs,
    }
  })
}

/** A second for each message. */
function timeOf(index: number): string {
  return new Date(Date.UTC(2026, 5, 1) + index * 1000).toISOString().slice(0, 19)
}

function frameOf({ topic, payload }: { topic: string; payload: string }): Frame {
  const receivedAt = Date.parse('2026-06-01T12:00:00Z')
  return {
    transport: 'mqtt',
    source: 'bench',
    topic,
    payload: Buffer.from(payload),
    receivedAt,
    retain: false,
    dup: false,
  }
}

/** Best of several rounds, in ns a frame: what the code costs, not what the machine did meanwhile. */
function bestNs(frames: readonly Frame[], run: (frame: Frame) => void): number {
  let best = Infinity
  for (let pass = 0; pass < 6; pass++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < rounds; i++) run(frames[i % frames.length]!)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / rounds)
  }
  return best
}

function us(ns: number): string {
  return (ns / 1000).toFixed(2)
}
