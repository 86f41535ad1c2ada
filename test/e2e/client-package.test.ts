import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rivulet } from '../cli/run.ts'
import { launchChromium } from '../setup/chromium.ts'
import { quickCommits, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

/** `rivulet/client` as another project has it: from the package, with what it imports and nothing else of ours. */

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-package-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const archive = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', modules])
  renameSync(join(modules, 'package'), join(modules, 'rivulet'))
  symlinkSync(join(root, 'node_modules/eventsource-parser'), join(modules, 'eventsource-parser'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'main.ts'), program)
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="./main.ts"></script>')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the page does with the address and the token behind its `#`. */
const program = `
  import { ClientError, createClient, type FollowState, type Reading } from 'rivulet/client'

  const [url = '', token = ''] = decodeURIComponent(location.hash.slice(1)).split(' ')
  const client = createClient({ url, token })
  const log = { values: [] as Reading['value'][], states: [] as FollowState['state'][], refused: 0 }
  const onState = ({ state }: FollowState) => log.states.push(state)
  async function follow(): Promise<void> {
    for await (const event of client.follow({ after: 0, onState }))
      if (event.type === 'reading') log.values.push(event.reading.value)
  }
  async function stored(): Promise<Reading['value'][]> {
    const values = []
    for await (const { value } of client.readings({ pageSize: 2 })) values.push(value)
    return values
  }
  const failed = (error: unknown) => (log.refused = error instanceof ClientError ? error.status : -1)
  void follow().catch(failed)
  Object.assign(globalThis, { log, stored })
`

it.each([
  ['node16', 'node16'],
  ['esnext', 'bundler'],
])('has types for --module %s --moduleResolution %s, without those of Node', (module, resolution) => {
  const flags = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution]
  const browser = ['--target', 'es2022', '--lib', 'es2022,dom', '--types', '']
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const args = [compiler, ...flags, ...browser, 'main.ts']
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  expect([stdout, status]).toEqual(['', 0])
})

it('follows from a page of another site, over a restart, until its token is revoked', async () => {
  const outDir = join(folder, 'site')
  const built = await build({ root: folder, configFile: false, logLevel: 'error', build: { outDir } })
  // In the place of a module of Node's own the bundler puts a stub, and a page finds that out only when it is used.
  expect(JSON.stringify(built)).not.toContain('browser-external')
  const site = await serve(outDir)
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const gateway = await startGateway({ config: { ...quickCommits, http: { origins: [origin] } } })
  const browser = await launchChromium()
  try {
    const sensor = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { reconnectPeriod: 100 })
    const publish = (value: number) => sensor.publishAsync('sensors/attic/temperature', String(value), { qos: 1 })
    const made = await rivulet(['token', 'create', '--data', gateway.data])
    const [token, id] = /rvl_([0-9a-f]+)_\S+/.exec(made.out)!
    const page = await browser.newPage()
    await publish(1)
    await page.goto(`${origin}/#${encodeURIComponent(`${gateway.url} ${token}`)}`)
    const values = () => page.evaluate<number[]>('log.values')
    await until('the first reading', async () => (await values()).length === 1)
    await gateway.kill()
    await gateway.restart()
    for (const value of [2, 3, 4]) await publish(value)
    await until('what came since', async () => (await values()).length >= 4, 60_000)
    expect(await values()).toEqual([1, 2, 3, 4])
    expect(await page.evaluate('stored()')).toEqual([1, 2, 3, 4])
    await rivulet(['token', 'revoke', id!, '--data', gateway.data])
    await until('it is refused', async () => (await page.evaluate('log.refused')) !== 0)
    expect(await page.evaluate('log.refused')).toBe(401)
    await sensor.endAsync()
  } finally {
    await browser.close()
    await gateway.stop()
    site.close()
  }
})

async function serve(folder: string): Promise<Server> {
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript' }
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? '/index.html' : url
    try {
      const body = readFileSync(join(folder, path))
      response.writeHead(200, { 'content-type': types[path.split('.').at(-1)!] ?? 'text/plain' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
