import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { freePort } from '../../setup/free-port.ts'
import { startGateway } from '../../setup/gateway.ts'
import { startListener } from '../../setup/listener.ts'

/** A server of event streams, ready for subscribers and messages. */
export interface Running {
  readonly port: number
  /** Where streams are. */
  readonly path: string
  /** Sends one message on its way; false, and nothing is sent, while too many are. */
  publish(index: number): boolean
  stop(): Promise<void>
}

export interface Peer {
  readonly name: string
  /** What it keeps of a message, for those who come later. */
  readonly keeps: string
  start(): Promise<Running>
}

/** Not compiled, and so read where they lie in the source. */
const sources = fileURLToPath(new URL('../../../../test/bench/peers/', import.meta.url))
const nginx = '/usr/sbin/nginx'
const nchanModule = '/usr/lib/nginx/modules/ngx_nchan_module.so'
const gunicorn = '/usr/bin/gunicorn'
/** Debian's, whose packages these are, whatever else is on the path. */
const python = '/usr/bin/python3'

/** Messages on their way at once: what a server has not taken by then it cannot take. */
const onTheirWayMax = 2000

/** What to install before they can be compared, in one line; null when all of them are there. */
export function missingPeers(): string | null {
  const missing = [
    ...(existsSync(nginx) && existsSync(nchanModule) ? [] : ['nginx', 'libnginx-mod-nchan']),
    ...(existsSync(gunicorn) && hasPythonModules() ? [] : ['gunicorn', 'python3-flask', 'python3-gevent']),
  ]
  const commands = [
    ...(missing.length > 0 ? [`sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`] : []),
    ...(betterSseVersion() === undefined ? ['npm install --no-save better-sse@0.16.1'] : []),
  ]
  return commands.length === 0 ? null : `the servers to compare with are not installed; run: ${commands.join(' && ')}`
}

export function peers(): Peer[] {
  return [
    {
      name: 'Rivulet, readings over MQTT at QoS 1',
      keeps: 'every reading, on disk before its sender is told',
      start: startRivulet,
    },
    { name: `better-sse ${betterSseVersion()}`, keeps: 'nothing', start: startBetterSse },
    { name: `nchan ${debianVersion('libnginx-mod-nchan')}`, keeps: 'the newest 1,000, in memory', start: startNchan },
    { name: `Flask ${debianVersion('python3-flask')} with gevent`, keeps: 'nothing', start: startFlask },
  ]
}

async function startRivulet(): Promise<Running> {
  const gateway = await startGateway()
  const sensor = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  let onTheirWay = 0
  return {
    port: Number(new URL(gateway.url).port),
    path: '/api/stream',
    publish: (index) => {
      if (onTheirWay >= onTheirWayMax) return false
      onTheirWay++
      const { device, value } = reading(index)
      sensor.publish(`sensors/${device}/temperature`, String(value), { qos: 1 }, () => onTheirWay--)
      return true
    },
    stop: async () => {
      await sensor.endAsync(true)
      await gateway.stop()
    },
  }
}

/** nchan has every worker of nginx serve its own subscribers; a message is one POST. */
async function startNchan(): Promise<Running> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'rivulet-nchan-'))]
  const isRoot = process.getuid?.() === 0
  const text = readFileSync(`${sources}nchan.conf`, 'utf8')
    .replaceAll('FOLDER', folder)
    .replace('127.0.0.1:PORT', `127.0.0.1:${port}`)
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, `load_module ${nchanModule};\n${isRoot ? 'user root;\n' : ''}${text}`)
  return posting(await startListener(nginx, ['-p', folder, '-e', join(folder, 'error.log'), '-c', file], folder, port))
}

async function startBetterSse(): Promise<Running> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'rivulet-better-sse-'))]
  return posting(await startListener(process.execPath, [`${sources}better-sse-server.mjs`, String(port)], folder, port))
}

/** One worker: subscribers are in its memory, and a second one would need Redis between the two. */
async function startFlask(): Promise<Running> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'rivulet-flask-'))]
  const args = ['-k', 'gevent', '-w', '1', '--worker-connections', '4000', '-b', `127.0.0.1:${port}`]
  return posting(
    await startListener(
      gunicorn,
      [...args, '--log-level', 'warning', '--chdir', sources, 'flask_app:app'],
      folder,
      port,
    ),
  )
}

/** A server that takes messages as POST requests: one connection, on which requests do not wait for answers. */
function posting({ port, stop }: { port: number; stop(): Promise<void> }): Running {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  let sent = 0
  let answered = 0
  let tail = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    const parts = (tail + text).split('HTTP/1.1 2')
    answered += parts.length - 1
    tail = parts.at(-1)!.slice(1 - 'HTTP/1.1 2'.length)
  })
  socket.on('error', () => {})
  return {
    port,
    path: '/stream',
    publish: (index) => {
      if (sent - answered >= onTheirWayMax) return false
      sent++
      const { device, value } = reading(index)
      const time = new Date().toISOString()
      const body = `{"seq":${index},"device":"mqtt:${device}","metric":"temperature","value":${value},"unit":"Cel","time":"${time}"}`
      socket.write(`POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      return true
    },
    stop: async () => {
      socket.destroy()
      await stop()
    },
  }
}

/** A hundred thermometers. */
function reading(index: number) {
  return { device: `bench${index % 100}`, value: (index % 400) / 10 }
}

function hasPythonModules(): boolean {
  try {
    execFileSync(python, ['-c', 'import flask, gevent'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function betterSseVersion(): string | undefined {
  try {
    // Its exports do not name its package.json, which lies beside the folder of what they do name.
    const entry = createRequire(sources).resolve('better-sse')
    return JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

function debianVersion(name: string): string {
  const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' })
  return version.replace(/^\d+:/, '').replace(/[-+].*$/, '')
}
