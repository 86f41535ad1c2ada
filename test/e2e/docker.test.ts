import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../setup/free-port.ts'

it('mosquitto takes the configuration that docker compose gives it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-mosquitto-'))
  const shipped = readFileSync(new URL('../../docker/mosquitto.conf', import.meta.url), 'utf8')
  const here = shipped
    .replace('listener 1883', `listener ${await freePort()} 127.0.0.1`)
    .replaceAll('/mosquitto/data/', `${folder}/`)
  // Started by root it would become another user, who may not write there.
  writeFileSync(join(folder, 'mosquitto.conf'), `${here}\nuser ${userInfo().username}\n`)
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  let said = ''
  broker.stderr.on('data', (text) => (said += text))
  broker.stdout.on('data', (text) => (said += text))
  const ended = new Promise((resolve) => broker.once('close', resolve))
  await expect.poll(() => said).toMatch(/ running$/m)
  broker.kill()
  await ended
  expect(said).not.toMatch(/error|unknown|deprecated/i)
  rmSync(folder, { recursive: true })
})
