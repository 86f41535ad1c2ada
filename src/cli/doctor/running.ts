import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { socketFetch } from '../../client/socket.ts'
import { type Finding, megabytes, note, ok, wrong } from './finding.ts'

/** A small card stands some 20 TB: at so much a day that is less than three years with what else is written. */
const writtenADayMax = 10e9

/** Sooner than this after a start, a rate says nothing. */
const measuredMs = 60 * 60_000

interface Ready {
  readonly clock: string
  readonly log: {
    readonly state: string
    readonly detail?: string
    readonly unreadable?: string
    readonly undropped?: string
  }
  readonly inputs: readonly {
    readonly name: string
    readonly status: string
    readonly detail?: string
    readonly trouble?: string
  }[]
}

const steppedText =
  'the clock was put forward or back while it ran: readings carry the time it showed; see timedatectl, and its log for by how much'

interface Answer {
  /** A gateway has the data folder, though it may not answer. */
  readonly isThere: boolean
  readonly findings: Finding[]
}

const away: Answer = { isThere: false, findings: [note('gateway', 'does not run here; start it with `rivulet start`')] }

/** What a gateway that runs says of itself. */
export async function askGateway(data: string): Promise<Answer> {
  const socket = join(data, 'rivulet.sock')
  if (!existsSync(socket)) return away
  try {
    const response = await socketFetch(socket)('http://localhost/readyz')
    const { clock, log, inputs } = (await response.json()) as Ready
    const metrics = await socketFetch(socket)('http://localhost/metrics')
    const findings = [
      ok('gateway', 'runs'),
      ...(clock === 'stepped' ? [note('gateway', steppedText)] : []),
      wear(await metrics.text(), Date.now()),
      log.state === 'ok' ? ok('log', 'takes readings') : wrong('log', `${log.state}: ${log.detail ?? 'see its log'}`),
      // A damaged page mostly is the reason for both.
      ...[...new Set([log.unreadable, log.undropped])].flatMap((text) =>
        text === undefined ? [] : wrong('log', text),
      ),
      ...inputs.map(({ name, status, detail, trouble }) =>
        (status === 'connected' && !trouble ? ok : wrong)('input', [name, status, detail].filter(Boolean).join(': ')),
      ),
    ]
    return { isThere: true, findings }
  } catch (error) {
    const { message, code = message } = error as NodeJS.ErrnoException
    // The socket of a gateway that was killed stays behind.
    if (code === 'ECONNREFUSED') return away
    const text = `does not answer on ${socket} (${code}); run this as its user, or start it again`
    return { isThere: true, findings: [wrong('gateway', text)] }
  }
}

/** What reaches the card each day, by the gateway's own count. */
export function wear(metrics: string, now: number): Finding {
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN)
  const bytes = read('process_written_bytes_total')
  const runningMs = now - read('process_start_time_seconds') * 1000
  if (!(runningMs > measuredMs)) return ok('wear', `${megabytes(bytes)} written since the start; ask again in an hour`)
  const aDay = (bytes / runningMs) * 86_400_000
  const text = `${megabytes(aDay)} written a day`
  if (aDay <= writtenADayMax) return ok('wear', text)
  return note('wear', `${text}, which wears out an SD card in a few years: see log.commit.age, or use a disk`)
}
