import {
  createClient,
  type DeviceStatus,
  type FollowEvent,
  type FollowState,
  type Reading,
  type Summary,
} from '../client/client.ts'
import { connectionTo, type GatewayOptions } from './connect.ts'
import { type Form, formFor } from './form.ts'
import { note, paint, plain, print, roughly } from './terminal.ts'
import { noteUnheard } from './unheard.ts'

export interface TailOptions extends GatewayOptions {
  readonly metric?: readonly string[]
  readonly channel?: readonly string[]
  readonly tag?: readonly string[]
  readonly every?: string
  readonly deadband?: number
  readonly after?: string
  readonly since?: string
  readonly last?: number
  readonly json?: boolean
}

/** `rivulet tail`: readings as they come in, until Ctrl-C; says where to go on. */
export async function tail(devices: readonly string[], options: TailOptions): Promise<void> {
  const { metric = [], channel = [], tag = [], every, deadband, after, since, last, json = false } = options
  const end = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort())
  const connection = connectionTo(options)
  const following = createClient(connection).follow({
    device: devices,
    metric,
    channel,
    tag,
    every,
    deadband,
    after,
    since,
    last,
    signal: end.signal,
    onState: tellWaiting(),
  })
  void noteUnheard(connection, { device: devices, metric }, end.signal)
  const form = formFor(process.stdout)
  try {
    for await (const event of following) await print(json ? jsonLine(event) : textLine(event, form))
  } finally {
    end.abort()
  }
  if (process.stderr.isTTY && following.lastEventId !== undefined)
    note(`\ngo on with: --after ${following.lastEventId}`)
}

/** One line when the connection is lost, one when it is back. */
function tellWaiting(): (state: FollowState) => void {
  let waiting = false
  return (state) => {
    if (state.state === 'live' && waiting) note(paint('green', 'connected again', process.stderr))
    if (state.state === 'waiting' && !waiting) {
      const text = `connection lost (${plain(state.reason)}); trying again in ${roughly(state.delayMs)}, and goes on where it was`
      note(paint('yellow', text, process.stderr))
    }
    if (state.state !== 'connecting') waiting = state.state === 'waiting'
  }
}

function jsonLine(event: FollowEvent): string {
  if (event.type === 'reading') return JSON.stringify({ id: event.id, ...event.reading })
  return event.type === 'gap'
    ? JSON.stringify({ id: event.id, gap: event.gap })
    : JSON.stringify({ device: event.device })
}

function textLine(event: FollowEvent, form: Form): string {
  if (event.type === 'reading') return readingLine(event.reading, form) + figures(event.reading, form)
  if (event.type === 'device') return deviceLine(event.device, form)
  const { from, to, reason } = event.gap
  return paint(
    ['yellow', 'bold'],
    `gap: ${gapReasons[reason] ?? plain(reason)}${to >= from ? ` (${from} to ${to})` : ''}`,
  )
}

function deviceLine({ time, id, status, name }: DeviceStatus, form: Form): string {
  return paint('yellow', plain([form.time(time), id, status, name].join('  ')))
}

/** A reading in a line: time, device, metric and channel, value and unit, and what is wrong with it. */
export function readingLine(reading: Omit<Reading, 'seq'>, form: Form): string {
  const { time, device, metric, channel, value, unit, quality } = reading
  const name = channel === undefined ? metric : `${metric}/${channel}`
  const amount = plain(form.amount(value, unit, metric))
  const parts = [paint('dim', plain(form.time(time))), paint('cyan', plain(device)), plain(name), paint('bold', amount)]
  return [...parts, ...(quality ? [paint('yellow', quality)] : [])].join('  ')
}

/** What a reading that is the last of several stands for. */
function figures({ count = 1, min, max, mean, unit = null }: Partial<Summary>, form: Form): string {
  if (count === 1) return ''
  const text = (value: number) => form.figure(value, unit)
  const isNumber = min !== undefined && max !== undefined && mean !== undefined
  const span = isNumber ? `, ${text(min)} to ${text(max)}, mean ${text(Number(mean.toPrecision(6)))}` : ''
  return paint('dim', plain(`  (of ${count}${span})`))
}

const gapReasons: Partial<Record<string, string>> = {
  retention: 'readings asked for are older than what is kept',
  epoch: 'the place given is of another database; from its oldest reading on',
  future: 'the place given lies beyond the newest reading; from the next one on',
}
