import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { socketFetch } from '../client/socket.ts'
import type { Config } from '../config/config.ts'
import { problemLine } from '../config/load.ts'
import { isBrokerListening } from '../ingest/broker/is-broker-listening.ts'
import { checkSettings } from './settings.ts'
import { paint, plain, print } from './terminal.ts'

export interface DoctorOptions {
  readonly config?: string
  readonly data?: string
}

/** What was found about one thing; what is wrong comes with what to do. */
interface Finding {
  readonly about: string
  readonly level: 'ok' | 'note' | 'wrong'
  readonly text: string
}

/** Less room than this, and the next hour may fill it: a commit, its write-ahead log and the rollups. */
const roomBytes = 100e6

/** A small card stands some 20 TB: at so much a day that is less than three years with what else is written. */
const writtenADayMax = 10e9

/** Sooner than this after a start, a rate says nothing. */
const measuredMs = 60 * 60_000

/** No gateway of this version ran before: a clock that shows less was never set. */
const builtAfter = Date.UTC(2026, 0, 1)

/**
 * `rivulet doctor`: looks over an installation, whether the gateway runs or not, and says what to do. Resolves to whether
 * nothing is wrong.
 */
export async function doctor({ config: file, data }: DoctorOptions): Promise<boolean> {
  const flags = data === undefined ? {} : { data }
  const { config, problems } = checkSettings({ ...(file !== undefined && { file }), flags })
  const findings: Finding[] = [
    ...problems.map((problem) => wrong('config', problemLine(problem))),
    ...(problems.length === 0 ? [ok('config', config?.file ?? 'no rivulet.yaml here: the defaults')] : []),
    clock(Date.now(), existsSync('/run/systemd/timesync'), existsSync('/run/systemd/timesync/synchronized')),
  ]
  if (config) {
    const running = await ask(config.data)
    findings.push(...folder(config.data), ...disk(config), ...running, ...config.serial.flatMap(port))
    if (!running.some(({ about }) => about === 'input')) findings.push(await page(config), ...(await broker(config)))
  }
  const width = Math.max(...findings.map(({ about }) => about.length))
  for (const { about, level, text } of findings)
    await print(`${paint(colours[level], level.padEnd(5))}  ${about.padEnd(width)}  ${plain(text)}`)
  return findings.every(({ level }) => level !== 'wrong')
}

const colours = { ok: 'green', note: 'yellow', wrong: 'red' } as const

const ok = (about: string, text: string): Finding => ({ about, level: 'ok', text })
const note = (about: string, text: string): Finding => ({ about, level: 'note', text })
const wrong = (about: string, text: string): Finding => ({ about, level: 'wrong', text })

/** A board without a battery begins where it was switched off, or in 1970, until NTP has told it. */
function clock(now: number, watched: boolean, synchronised: boolean): Finding {
  const shown = new Date(now).toISOString().slice(0, 19)
  if (now < builtAfter) return wrong('clock', `it shows ${shown}; set it, or let systemd-timesyncd or chrony do so`)
  if (watched && !synchronised)
    return note('clock', `${shown}, not yet set by NTP: readings are marked unsynced until then; see timedatectl`)
  return ok('clock', `${shown} UTC`)
}

function folder(path: string): Finding[] {
  const there = existsSync(path)
  const place = there ? path : above(path)
  if (!may(place, constants.W_OK))
    return [wrong('data', `this user may not write to ${place}; choose another with --data, or change its owner`)]
  if (!there) return [ok('data', `${path} will be made at the first start`)]
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0)
    return [wrong('data', `${path} is open to other users (mode ${mode.toString(8)}); chmod 700 ${path}`)]
  return [ok('data', `${path}, for this user only`)]
}

function disk({ data, log }: Config): Finding[] {
  const { bavail, bsize } = statfsSync(existsSync(data) ? data : above(data))
  const free = bavail * bsize
  const used = ['rivulet.db', 'rivulet.db-wal'].reduce(
    (sum, name) => sum + (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  const text = `${megabytes(free)} free, database ${megabytes(used)} of at most ${megabytes(log.keep.bytes)}`
  if (free < roomBytes)
    return [wrong('disk', `${text}: nearly full; make room, or set log.keep.size below ${megabytes(used)}`)]
  if (free + used < log.keep.bytes)
    return [
      note('disk', `${text}: it would be full before; set log.keep.size to ${megabytes((free + used) * 0.8)} or less`),
    ]
  return [ok('disk', text)]
}

/** What a gateway that runs says of itself. */
async function ask(data: string): Promise<Finding[]> {
  const socket = join(data, 'rivulet.sock')
  if (!existsSync(socket)) return [note('gateway', 'does not run here; start it with `rivulet start`')]
  try {
    const response = await socketFetch(socket)('http://localhost/readyz')
    const { log, inputs } = (await response.json()) as {
      log: { state: string; detail?: string; unreadable?: string; undropped?: string }
      inputs: { name: string; status: string; detail?: string; trouble?: string }[]
    }
    const metrics = await socketFetch(socket)('http://localhost/metrics')
    return [
      ok('gateway', 'runs'),
      wear(await metrics.text(), Date.now()),
      log.state === 'ok' ? ok('log', 'takes readings') : wrong('log', `${log.state}: ${log.detail ?? 'see its log'}`),
      ...[log.unreadable, log.undropped].flatMap((trouble) => (trouble === undefined ? [] : wrong('log', trouble))),
      ...inputs.map(({ name, status, detail, trouble }) =>
        (status === 'connected' && !trouble ? ok : wrong)('input', [name, status, detail].filter(Boolean).join(': ')),
      ),
    ]
  } catch (error) {
    const { message, code = message } = error as NodeJS.ErrnoException
    return [wrong('gateway', `does not answer on ${socket} (${code}); run this as its user, or start it again`)]
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

function port({ port: path }: Config['serial'][number]): Finding[] {
  if (!existsSync(path)) return [wrong('serial', `${path} is not there; plug it in, or see \`rivulet ports\``)]
  if (may(path, constants.R_OK | constants.W_OK)) return [ok('serial', path)]
  return [wrong('serial', `this user may not use ${path}; sudo usermod -aG dialout $USER, then log in again`)]
}

/** Whether the page could be served; only asked where no gateway runs. */
function page({ http: { listen } }: Config): Promise<Finding> {
  const at = `${listen.host}:${listen.port}`
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(
        code === 'EADDRINUSE'
          ? wrong('page', `another program listens on ${at}; stop it, or set http.listen to another port`)
          : wrong('page', `cannot listen on ${at} (${code}); set http.listen to an address of this machine`),
      ),
    )
    server.listen(listen.port, listen.host, () => server.close(() => resolve(ok('page', `${at} is free`))))
  })
}

/** Only of a gateway that does not run: one that does knows better itself. */
async function broker({ mqtt }: Config): Promise<Finding[]> {
  const found: Finding[] = []
  if (mqtt.listen) {
    const { host, port } = mqtt.listen
    const taken = await isBrokerListening(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port)
    if (taken && mqtt.listenChosen)
      found.push(wrong('broker', `another one listens on ${host}:${port}; stop it, or set mqtt.listen to another port`))
    else found.push(ok('broker', taken ? `${host}:${port} will be subscribed to` : `${host}:${port} is free`))
  }
  for (const { name, url } of mqtt.brokers) {
    const { protocol, hostname, port } = new URL(url)
    if (protocol !== 'mqtt:') continue
    const there = await isBrokerListening(hostname, Number(port || 1883))
    found.push(
      there
        ? ok('broker', `${name} answers`)
        : wrong('broker', `${name} does not answer; is it started, and its port open?`),
    )
  }
  return found
}

/** The nearest folder above that is there. */
function above(path: string): string {
  const parent = dirname(path)
  return existsSync(parent) || parent === path ? parent : above(parent)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function megabytes(bytes: number): string {
  return bytes >= 10e9 ? `${Math.round(bytes / 1e9)}GB` : `${Math.round(bytes / 1e6)}MB`
}
