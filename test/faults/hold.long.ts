import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { type Follower, startFollower } from './follower.ts'
import type { Numbered } from './ledger.ts'
import { startSensor } from './sensor.ts'
import { median, tell } from './trials.ts'

/** An hour unless `FAULTS_HOLD_MINUTES` says otherwise; below some minutes nothing would have had the time to grow. */
const holdMs = Number(process.env.FAULTS_HOLD_MINUTES ?? 60) * 60_000
const sampleMs = 1_000

/** Messages a second in all: more than a core bears beside everything that reads, so that the gateway is never idle. */
const perSecond = 20_000

/** Above 32 MiB the write-ahead log is begun anew; readers under way, and what is committed meanwhile, make it a little more. */
const walBytesMax = 64 * 1024 * 1024

/** What a heap may be apart by chance, from one collection to the next. */
const heapNoiseBytes = 48 * 1024 * 1024
const descriptorsNoise = 8

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

interface Sample {
  readonly memory: number
  readonly descriptors: number
  readonly wal: number
}

function sample(gateway: GatewayProcess): Sample {
  const proc = `/proc/${gateway.pid()}`
  const wal = statSync(join(gateway.data, 'rivulet.db-wal'), { throwIfNoEntry: false })
  return {
    memory: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))![1]) * 1024,
    descriptors: readdirSync(`${proc}/fd`).length,
    wal: wal?.size ?? 0,
  }
}

/** Sees without remembering: sensors count, so the next value of each is known, but behind a gap. */
class Counting {
  readonly broken: string[] = []
  seen = 0
  #last = 0
  readonly #name: string
  readonly #values = new Map<string, number>()

  constructor(name: string) {
    this.#name = name
  }

  saw({ seq, device, value }: Numbered): void {
    const before = this.#values.get(device)
    if (seq <= this.#last) this.broken.push(`${this.#name}: ${seq} after ${this.#last}`)
    if (before !== undefined && value !== before + 1)
      this.broken.push(`${this.#name}: ${device} ${value} after ${before}`)
    this.#last = seq
    this.#values.set(device, value as number)
    this.seen++
  }

  /** Retention has overtaken it: what comes next may be anything. */
  lost(): void {
    this.#values.clear()
  }
}

/** Asks for something that takes long, again and again. Returns how to stop, and how often it was answered. */
function askOften(url: string): { stop(): Promise<void>; readonly answers: number; readonly failures: string[] } {
  const leaving = new AbortController()
  const failures: string[] = []
  let answers = 0
  const asking = (async () => {
    while (!leaving.signal.aborted) {
      try {
        const response = await fetch(url, { signal: leaving.signal })
        for await (const chunk of response.body!) void chunk
        if (response.ok) answers++
        else failures.push(`${url}: ${response.status}`)
      } catch (error) {
        // A download that retention overtakes is broken off, as PROTOCOL.md says.
        if (!leaving.signal.aborted && !url.includes('limit=all')) failures.push(`${url}: ${error}`)
      }
      await sleep(500, undefined, { signal: leaving.signal }).catch(() => {})
    }
  })()
  return {
    failures,
    get answers() {
      return answers
    },
    async stop() {
      leaving.abort()
      await asking
    },
  }
}

it('full load held, with slow readers and long queries', async (context) => {
  const gateway = await startGateway({ config: { log: { keep: { size: '50MB' } } } })
  toClose.push(() => gateway.stop())
  let acknowledged = 0
  const ledger = { published: () => {}, acknowledged: () => void acknowledged++ }
  const sensors = ['a', 'b', 'c', 'd'].map((name) =>
    startSensor({ ledger, port: gateway.mqttPort, name, rate: perSecond / 4 }),
  )
  const witnesses: Counting[] = []
  const follow = (name: string, query: string, paceMs = 0): Follower => {
    const witness = new Counting(name)
    witnesses.push(witness)
    return startFollower(witness, () => gateway.url, query, { paceMs, onGap: () => witness.lost() })
  }
  const followers = [
    follow('everything', ''),
    follow('one device', 'device=mqtt:a'),
    ...Array.from({ length: 8 }, (_, i) => follow(`slow ${i}`, '', 200 + 100 * i)),
  ]
  const queries = [
    '/api/history?from=30d&points=5000',
    '/api/history?from=1h&points=5000&device=mqtt:a',
    '/api/readings?limit=all&format=csv',
    '/api/readings?limit=10000&device=mqtt:nobody',
  ].map((path) => askOften(gateway.url + path))
  toClose.push(...[...sensors, ...followers, ...queries].map((one) => () => one.stop()))

  const samples: Sample[] = []
  const cpuBefore = await cpuSeconds(gateway)
  const end = performance.now() + holdMs
  while (performance.now() < end) {
    await sleep(sampleMs)
    samples.push(sample(gateway))
  }
  const quarter = (n: number) => samples.slice((samples.length * (n - 1)) / 4, (samples.length * n) / 4)
  const [second, last] = [quarter(2), quarter(4)]
  const of = (part: readonly Sample[], what: keyof Sample) => median(part.map((one) => one[what]))
  const grew = (what: 'memory' | 'descriptors') => of(last, what) - of(second, what)
  const walMost = Math.max(...samples.map(({ wal }) => wal))
  const findings = [
    ...witnesses.flatMap(({ broken }) => broken),
    ...queries.flatMap(({ failures }) => failures),
    ...(grew('memory') > heapNoiseBytes ? [`memory grew by ${megabytes(grew('memory'))}`] : []),
    ...(grew('descriptors') > descriptorsNoise ? [`file descriptors grew by ${grew('descriptors')}`] : []),
    ...(walMost > walBytesMax ? [`the write-ahead log grew to ${megabytes(walMost)}`] : []),
  ]
  const cpu = ((await cpuSeconds(gateway)) - cpuBefore) / (holdMs / 1000)
  const seen = witnesses.reduce((sum, witness) => sum + witness.seen, 0)
  const figures = [
    `${acknowledged} acknowledged in ${Math.round(holdMs / 1000)} s, the gateway ${cpu.toFixed(2)} cores busy`,
    `memory ${megabytes(of(second, 'memory'))}, then ${megabytes(of(last, 'memory'))}`,
    `descriptors ${of(second, 'descriptors')}, then ${of(last, 'descriptors')}`,
    `write-ahead log ${megabytes(walMost)} at most`,
    `${seen} shown, ${queries.map(({ answers }) => answers).join(' + ')} long answers`,
    `retention ${followers.reduce((sum, { gaps }) => sum + gaps.length, 0)} times ahead of a slow reader`,
  ]
  tell(context, { trials: 1, findings, figures: figures.join('; ') })
  expect(findings).toEqual([])
  expect(acknowledged).toBeGreaterThan((holdMs / 1000) * 100)
}, 7_200_000)

async function cpuSeconds({ url }: GatewayProcess): Promise<number> {
  return (await readGauges(url)).get('process_cpu_seconds_total')!
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
