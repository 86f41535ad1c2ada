import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostsOf } from '../../src/cli/greeting.ts'
import { bin, rivulet, spawnRivulet } from '../cli/run.ts'

let cwd: string
let running: ChildProcess | undefined
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-start-'))
})
afterEach(async () => {
  if (running && running.exitCode === null && running.signalCode === null) {
    const ended = new Promise((resolve) => running!.once('exit', resolve))
    running.kill('SIGKILL')
    await ended
  }
  running = undefined
  rmSync(cwd, { recursive: true })
})

interface Started {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly url: string
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts a gateway on a free port without a broker, and waits until it says where the page is. */
async function start(...args: string[]): Promise<Started> {
  const child = spawnRivulet(['start', '--http', '127.0.0.1:0', '--mqtt', 'off', ...args], { cwd })
  running = child
  let out = ''
  let err = ''
  child.stdout!.on('data', (text) => (out += text))
  child.stderr!.on('data', (text) => (err += text))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const page = () => /^page +(http:\S+)/m.exec(out)?.[1]
  await expect.poll(() => page() !== undefined || child.exitCode !== null).toBe(true)
  if (page() === undefined) throw new Error(`it ended: ${err}`)
  return { child, out: () => out, err: () => err, url: page()!, ended: () => ended }
}

describe('rivulet start', () => {
  it('says where the page is, answers there and at its socket, and stops cleanly at SIGTERM', async () => {
    const { child, url, ended } = await start()
    expect((await fetch(new URL('/readyz', url))).status).toBe(200)
    expect(await rivulet(['devices'], { cwd })).toMatchObject({ code: 0, out: 'no device has been seen yet\n' })
    child.kill('SIGTERM')
    expect(await ended()).toEqual({ code: 0, signal: null })
  })

  it('takes signals that come together for one: npm sends a second SIGINT at Ctrl-C', async () => {
    const { child, ended } = await start()
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect(await ended()).toEqual({ code: 0, signal: null })
  })

  it('reloads its configuration at SIGHUP, and leaves all as it was when that is wrong', async () => {
    writeFileSync(join(cwd, 'rivulet.yaml'), 'limits: { fieldsPerMessage: 5 }')
    const { child, err, ended } = await start()
    writeFileSync(join(cwd, 'rivulet.yaml'), 'limits: { fieldsPerMessage: x }')
    child.kill('SIGHUP')
    await expect.poll(err).toContain('rivulet.yaml:1:29: limits.fieldsPerMessage')
    expect(err()).toContain('the configuration is wrong and was not taken over')
    writeFileSync(join(cwd, 'rivulet.yaml'), 'limits: { fieldsPerMessage: 6 }')
    child.kill('SIGHUP')
    await expect.poll(err).toContain('changes of limits need a restart')
    child.kill('SIGTERM')
    expect((await ended()).code).toBe(0)
  })

  it('stops when the terminal it was started on is closed', async () => {
    const command = `'${process.execPath}' '${bin}' start --http 127.0.0.1:0 --mqtt off & echo $! > pid; wait`
    const window = spawn('script', ['--quiet', '--flush', '--command', command, 'log'], {
      cwd,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const said = () => (existsSync(join(cwd, 'log')) ? readFileSync(join(cwd, 'log'), 'utf8') : '')
    await expect.poll(said).toMatch(/page +http/)
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    window.kill('SIGKILL')
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
  })

  it('goes on when nobody reads what it says', async () => {
    const { child, url, ended } = await start()
    child.stdout!.destroy()
    child.stderr!.destroy()
    child.kill('SIGHUP')
    child.kill('SIGHUP')
    expect((await fetch(new URL('/readyz', url))).status).toBe(200)
    child.kill('SIGTERM')
    expect((await ended()).code).toBe(0)
  })

  it('goes on when there is no room for what it says', async () => {
    const full = openSync('/dev/full', 'w')
    const args = [bin, 'start', '--http', '127.0.0.1:0', '--mqtt', 'off']
    running = spawn(process.execPath, args, { cwd, stdio: ['ignore', full, full] })
    closeSync(full)
    await expect.poll(async () => (await rivulet(['devices'], { cwd })).code).toBe(0)
    running.kill('SIGTERM')
    expect(await new Promise((resolve) => running!.once('exit', resolve))).toBe(0)
  })

  it('--lan prints a token and lets others in with it, once', async () => {
    const first = spawnRivulet(['start', '--http', '0.0.0.0:0', '--mqtt', 'off', '--lan'], { cwd })
    running = first
    let out = ''
    first.stdout!.on('data', (text) => (out += text))
    await expect.poll(() => /the token opens everything/.test(out)).toBe(true)
    const [, url, token] = /(http:\/\/localhost:\d+)\/\?token=(rvl_\S+)/.exec(out)!
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/api/devices`, { headers })).status).toBe(200)
    expect((await fetch(`${url}/api/devices`)).status).toBe(401)
    const ended = new Promise((resolve) => first.once('exit', resolve))
    first.kill('SIGTERM')
    await ended
    const again = await start('--lan')
    expect(again.out()).not.toContain('token=')
    expect(again.out()).toContain('rivulet token create')
  })

  it('refuses to be open to the network without a token, and says the ways on', async () => {
    expect(await rivulet(['start', '--http', '0.0.0.0:0', '--mqtt', 'off'], { cwd })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/token.*--lan.*anonymous/s),
    })
  })

  it.each([
    [['--htp', 'x'], /^rivulet: unknown option '--htp'; did you mean --http\?\n$/],
    [['--http', '8080'], /^--http: http.listen is "8080"; write HOST:PORT.*\n$/],
    [['--serial', '/dev/x:sds012'], /^--serial: unknown profile "sds012"; write sds011\n$/],
    [['--config', 'no.yaml'], /^no.yaml: there is no such file; correct the path.*\n$/],
  ])('exits with 2 and one line for %j', async (args, message) => {
    expect(await rivulet(['start', ...args], { cwd })).toEqual({
      code: 2,
      signal: null,
      out: '',
      err: expect.stringMatching(message),
    })
  })

  it('refuses addresses for what is not asked by address', async () => {
    writeFileSync(join(cwd, 'rivulet.yaml'), 'serial: [{ port: /dev/x, profile: sds011, addresses: [1, 2] }]')
    expect(await rivulet(['start', '--http', '127.0.0.1:0', '--mqtt', 'off'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^rivulet.yaml:1:\d+: sds011 is not asked by address; take it out: .*\n$/),
    })
  })

  it('says in one line what is in its way: a port in use, a folder that is none', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const inUse = await rivulet(['start', '--http', `127.0.0.1:${port}`, '--mqtt', 'off'], { cwd })
    server.close()
    expect(inUse).toMatchObject({ code: 1, err: expect.stringMatching(/^rivulet: .*in use.*--http.*\n$/) })
    writeFileSync(join(cwd, 'file'), '')
    const folder = await rivulet(['start', '--data', 'file/data', '--http', '127.0.0.1:0', '--mqtt', 'off'], { cwd })
    expect(folder).toMatchObject({ code: 1, err: expect.stringMatching(/^rivulet: .*file\/data.*--data.*\n$/) })
    const none = await rivulet(['start', '--data', 'file', '--http', '127.0.0.1:0', '--mqtt', 'off'], { cwd })
    expect(none).toMatchObject({ code: 1, err: `rivulet: ${cwd}/file is no folder; choose another with --data\n` })
  })

  it('says that another gateway runs on the same data', async () => {
    await start()
    const { code, err } = await rivulet(['start', '--http', '127.0.0.1:0', '--mqtt', 'off'], { cwd })
    expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 1, lines: 1 })
    expect(err).toContain('in use by another process')
  })
})

describe('rivulet start --demo', () => {
  it('reads a simulated sensor over a pseudo-terminal, marked as simulated', async () => {
    await start('--demo')
    const list = async () => (await rivulet(['devices', '--json'], { cwd })).out
    await expect.poll(list).toContain('sds011:simulated')
    const [device] = (await list())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(device).toMatchObject({ name: 'Air at the balcony (simulated)', tags: { simulated: true } })
  })
})

describe('hosts to print', () => {
  it('are all of this machine for an address that stands for all', () => {
    expect(hostsOf({ host: '0.0.0.0' })[0]).toBe('localhost')
    expect(hostsOf({ host: '::1' })).toEqual(['[::1]'])
    expect(hostsOf({ host: '192.168.1.5' })).toEqual(['192.168.1.5'])
  })
})
