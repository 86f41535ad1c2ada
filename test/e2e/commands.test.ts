import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rivulet, spawnRivulet } from '../cli/run.ts'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'

let gateway: GatewayProcess
beforeEach(async () => {
  gateway = await startGateway({ config: quickCommits })
  // HTTP answers a moment before the broker listens.
  const ready = () => gateway.get<{ inputs: { status: string }[] }>('/readyz')
  await expect.poll(async () => (await ready()).inputs[0]?.status).toBe('connected')
})
let tail: ChildProcess | undefined
afterEach(async () => {
  // It would go on asking for a gateway that is gone, should a test have failed before it ended it.
  tail?.kill('SIGKILL')
  await gateway.stop()
})

function publish(topic: string, payload: string): void {
  execFileSync('mosquitto_pub', ['-p', String(gateway.mqttPort), '-q', '1', '-t', topic, '-m', payload])
}

/** A command as somebody types it in the folder where the gateway runs. */
const run = (...args: string[]) => rivulet(args, { cwd: gateway.folder })

function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('commands beside a running gateway', () => {
  it('show what a sensor sends: tail at once, devices and export afterwards', async () => {
    const child = spawnRivulet(['tail', 'mqtt:att*', '--json'], { cwd: gateway.folder })
    let text = ''
    tail = child
    child.stdout!.on('data', (part) => (text += part))
    // Until the stream is open there is nobody to show it to.
    await expect
      .poll(() => {
        publish('sensors/attic', '{"temperature":21.5}')
        return jsonLines(text.slice(0, text.lastIndexOf('\n') + 1)).length
      })
      .toBeGreaterThan(0)
    const seen = jsonLines(text.slice(0, text.indexOf('\n')))[0]
    expect(seen).toMatchObject({ device: 'mqtt:attic', metric: 'temperature', value: 21.5, unit: 'Cel' })
    const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)))
    child.kill('SIGINT')
    expect(await ended).toBe(0)

    publish('sensors/cellar', '{"humidity":80}')
    const devices = jsonLines((await run('devices', '--json')).out) as { id: string }[]
    expect(devices.map(({ id }) => id).sort()).toEqual(['mqtt:attic', 'mqtt:cellar'])
    const { out } = await run('export', 'mqtt:cellar')
    expect(out).toMatch(/^seq,time,.*\r\n\d+,\S+Z,mqtt:cellar,humidity,,80,%RH,\r\n$/)
    const before = await run('export', '--to', '2020-01-01T00:00:00Z', '--format', 'ndjson')
    expect(before.out).toBe('')
  })

  it('let others in: a token for a remote command, a user for a sensor', async () => {
    const token = (await run('token', 'create', '--admin', '--expires', '1d')).out.trim()
    const env = { RIVULET_URL: gateway.url, RIVULET_TOKEN: token }
    expect((await rivulet(['token', 'list'], { env })).out).toContain('admin, reads all devices')
    const id = /^rvl_([0-9a-f]+)_/.exec(token)![1]!
    expect((await rivulet(['token', 'revoke', id], { env })).code).toBe(0)
    expect((await rivulet(['token', 'list'], { env })).code).toBe(1)

    expect(await rivulet(['user', 'add', 'kitchen'], { cwd: gateway.folder, input: 'open sesame' })).toMatchObject({
      code: 0,
    })
    expect(await rivulet(['user', 'add', 'kitchen'], { cwd: gateway.folder, input: 'open sesame' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('kitchen'),
    })
    expect((await run('user', 'list')).out).toBe('kitchen\n')
    expect(await rivulet(['user', 'passwd', 'kitchen'], { cwd: gateway.folder, input: 'short' })).toMatchObject({
      code: 2,
    })
    expect((await run('user', 'remove', 'kitchen')).code).toBe(0)
  })

  it('back up while it runs, and restore when it does not', async () => {
    publish('sensors/attic', '{"temperature":21.5}')
    expect(await run('backup', 'copy.db')).toMatchObject({ code: 0 })
    expect(existsSync(join(gateway.folder, 'copy.db'))).toBe(true)
    publish('sensors/attic', '{"temperature":22.5}')
    expect(await run('restore', 'copy.db')).toMatchObject({ code: 1, err: expect.stringContaining('in use') })
    await gateway.kill()
    expect(await run('restore', 'copy.db')).toMatchObject({ code: 0 })
    await gateway.restart()
    const readings = jsonLines((await run('export', '--format', 'ndjson')).out) as { value: number }[]
    expect(readings.map(({ value }) => value)).toEqual([21.5])
  })
})
