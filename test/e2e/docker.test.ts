import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePort } from '../setup/free-port.ts'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
const shipped = readFileSync(new URL('../../docker/mosquitto.conf', import.meta.url), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-mosquitto-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What mosquitto says from its start to its end with a configuration of docker compose, made to fit this machine. */
async function runMosquitto(
  config: string,
  meanwhile: (url: string) => Promise<void> = async () => {},
): Promise<string> {
  const port = await freePort()
  const here = config
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replaceAll('/mosquitto/data/', `${folder}/`)
  // Started by root it would become another user, who may not write there.
  writeFileSync(join(folder, 'mosquitto.conf'), `${here}\nuser ${userInfo().username}\n`)
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { env })
  let said = ''
  broker.stderr.on('data', (text) => (said += text))
  broker.stdout.on('data', (text) => (said += text))
  const ended = new Promise((resolve) => broker.once('close', resolve))
  try {
    await expect.poll(() => said).toMatch(/ running$/m)
    await meanwhile(`mqtt://127.0.0.1:${port}`)
  } finally {
    broker.kill()
    await ended
  }
  return said
}

it('mosquitto takes the configuration that docker compose gives it', async () => {
  expect(await runMosquitto(shipped)).not.toMatch(/error|unknown|deprecated/i)
})

it('mosquitto asks for passwords once the comments are followed, and lets the sensors and Rivulet in', async () => {
  for (const [, args] of shipped.matchAll(/^#.* mosquitto_passwd (.*)$/gm)) {
    const [name, file, ...flags] = args!.split(' ').reverse()
    execFileSync(
      'mosquitto_passwd',
      ['-b', ...flags, file!.replace('/mosquitto/data', folder), name!, `${name} secret`],
      { env },
    )
  }
  const guarded = shipped.replace(/^allow_anonymous true$/m, '').replace(/^# (allow_anonymous|password_file)/gm, '$1')
  await runMosquitto(guarded, async (url) => {
    for (const username of ['kitchen', 'rivulet'])
      await (await connectAsync(url, { username, password: `${username} secret` })).endAsync()
    await expect(connectAsync(url, { reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i)
  })
})
