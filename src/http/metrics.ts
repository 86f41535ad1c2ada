import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Feed } from '../feed/feed.ts'
import type { Store } from '../log/store.ts'
import type { ClockReport, InputReport } from './health.ts'
import type { Route } from './route.ts'
import type { Streams } from './streams.ts'

/** What came in since the start. */
export interface IntakeReport {
  readonly frames: number
  readonly readings: number
  readonly redelivered: number
  /** What became no reading, by reason: a few dozen words. */
  readonly rejected: ReadonlyMap<string, number>
}

export interface MetricSources {
  readonly store: Store
  readonly feed: Feed
  readonly streams: Streams
  readonly inputs: () => readonly InputReport[]
  readonly intake: IntakeReport
  readonly clock: ClockReport
  readonly version: string
}

/** `/metrics` in Prometheus text. Everything is read from its owner when asked for: counting costs nothing meanwhile. */
export function createMetrics(sources: MetricSources): { route: Route; close(): void } {
  const registry = new Registry()
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  for (const [name, help, read] of counters(sources)) addCounter(registry, name, help, read)
  for (const [name, help, read] of gauges(sources)) addGauge(registry, name, help, read)
  addGauge(registry, 'rivulet_event_loop_delay_seconds', '99th percentile since the last scrape', () => {
    const seconds = delay.percentile(99) / 1e9
    delay.reset()
    return seconds
  })
  addLogState(registry, sources.store)
  addInputs(registry, sources.inputs)
  addRejected(registry, sources.intake)
  new Gauge({ name: 'rivulet_info', help: 'Version', labelNames: ['version'], registers: [registry] }).set(
    { version: sources.version },
    1,
  )
  return {
    route: {
      method: 'GET',
      path: '/metrics',
      need: 'read',
      async handle(exchange) {
        exchange.body = await registry.metrics()
        exchange.set('content-type', registry.contentType)
      },
    },
    close: () => delay.disable(),
  }
}

type Figure = readonly [name: string, help: string, read: () => number]

function counters({ store, feed, streams, intake }: MetricSources): Figure[] {
  return [
    ['rivulet_frames_total', 'Messages and serial frames that came in', () => intake.frames],
    ['rivulet_readings_total', 'Readings given to the log', () => intake.readings],
    ['rivulet_redelivered_total', 'Messages sent again by whoever got no answer', () => intake.redelivered],
    ['rivulet_commits_total', 'Commits to the database', () => store.health().commits],
    ['rivulet_commit_errors_total', 'Commits that failed', () => store.health().commitErrors],
    ['rivulet_read_errors_total', 'Reads of the database that failed', () => store.health().readErrors],
    ['rivulet_streams_opened_total', 'Event streams begun', () => streams.opened],
    ['rivulet_streams_refused_total', 'Event streams sent away because there were too many', () => streams.refused],
    ['rivulet_delivered_readings_total', 'Readings written to event streams', () => feed.delivered],
    ['process_written_bytes_total', 'Bytes that the process has had written to disk', writtenBytes],
    ['process_cpu_seconds_total', 'CPU time used', () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6],
  ]
}

/** What reaches the card, also what SQLite writes (proc_pid_io(5)); 0 where the system does not tell. */
function writtenBytes(): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function gauges({ store, streams, clock }: MetricSources): Figure[] {
  return [
    ['rivulet_log_head', 'Last sequence number given', () => store.head],
    ['rivulet_log_durable', 'Sequence number up to which everything is on disk', () => store.durableHead],
    ['rivulet_log_floor', 'Oldest sequence number kept', () => store.floor],
    ['rivulet_log_uncommitted', 'Readings not yet on disk', () => store.health().uncommitted],
    ['rivulet_log_ok', '1 while commits succeed', () => Number(store.health().state === 'ok')],
    ['rivulet_log_readable', '1 while the database can be read', () => Number(!store.health().unreadable)],
    ['rivulet_log_retention_ok', '1 while what is old can be dropped', () => Number(!store.health().undropped)],
    ['rivulet_log_left_open', '1 when the last run was not closed', () => Number(store.health().leftOpen)],
    ['rivulet_log_saturated', '1 while senders are made to wait for the disk', () => Number(store.health().saturated)],
    ['rivulet_last_commit_seconds', 'Duration of the last commit', () => store.health().lastCommitMs / 1000],
    ['rivulet_database_bytes', 'Size of the database', () => store.health().databaseBytes],
    ['rivulet_wal_bytes', 'Size of its write-ahead log', () => store.health().walBytes],
    ['rivulet_clock_synced', '1 once the clock of the machine has been set', () => Number(clock.synced)],
    ['rivulet_clock_step_seconds', 'How far it was put forward since, or back', () => clock.steppedMs / 1000],
    ['rivulet_streams', 'Event streams open', () => streams.count],
    ['process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss()],
    ['process_start_time_seconds', 'Start, in Unix time', () => Math.round(performance.timeOrigin / 1000)],
  ]
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}

function addLogState(registry: Registry, store: Store): void {
  new Gauge({
    name: 'rivulet_log_state',
    help: '1 for the state that the log is in: ok, full or failed',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of ['ok', 'full', 'failed']) this.set({ state }, Number(store.health().state === state))
    },
  })
}

function addInputs(registry: Registry, inputs: () => readonly InputReport[]): void {
  const common = { labelNames: ['input', 'kind'], registers: [registry] }
  const labels = ({ name, kind }: InputReport) => ({ input: name, kind })
  new Gauge({
    ...common,
    name: 'rivulet_input_connected',
    help: '1 while the input is connected',
    collect() {
      this.reset()
      for (const input of inputs()) this.set(labels(input), Number(input.status === 'connected'))
    },
  })
  new Gauge({
    ...common,
    name: 'rivulet_input_trouble',
    help: '1 for what keeps the input from doing what it should, such as taken_over or noise',
    labelNames: [...common.labelNames, 'trouble'],
    collect() {
      this.reset()
      for (const input of inputs()) if (input.trouble) this.set({ ...labels(input), trouble: input.trouble }, 1)
    },
  })
  new Counter({
    ...common,
    name: 'rivulet_input_received_total',
    help: 'Frames received',
    collect() {
      this.reset()
      for (const input of inputs()) this.inc(labels(input), input.received)
    },
  })
  new Counter({
    ...common,
    name: 'rivulet_input_dropped_total',
    help: 'Frames given up because the log could not take them',
    collect() {
      this.reset()
      for (const input of inputs()) this.inc(labels(input), input.dropped)
    },
  })
}

function addRejected(registry: Registry, { rejected }: IntakeReport): void {
  new Counter({
    name: 'rivulet_rejected_total',
    help: 'What became no reading, by reason',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [reason, count] of rejected) this.inc({ reason }, count)
    },
  })
}
