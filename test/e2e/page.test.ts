import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { violations } from '../setup/axe.ts'
import { launchChromium, openPage, type WatchedPage } from '../setup/chromium.ts'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { type Mosquitto, startMosquitto } from '../setup/mosquitto.ts'

const run = promisify(execFile)
/** For what takes a moment, and longer on a busy machine. */
const patient = { timeout: 20_000 }
const json = { 'content-type': 'application/json' }

let browser: Browser
let mosquitto: Mosquitto
let gateway: GatewayProcess
let opened: WatchedPage[]
let measuredAt: number

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

beforeEach(async () => {
  opened = []
  measuredAt = Date.now() - 60_000
  mosquitto = await startMosquitto({ config: 'persistence true' })
  gateway = await startGateway({
    config: { mqtt: { listen: 'off', brokers: [{ url: `mqtt://127.0.0.1:${mosquitto.port}`, clientId: 'rivulet' }] } },
  })
  await untilConnected()
})

afterEach(async () => {
  const faults = opened.flatMap((page) => page.faults)
  await Promise.all(opened.map(({ page }) => page.context().close()))
  await gateway.stop()
  await mosquitto.stop()
  expect(faults).toEqual([])
})

it('helps with the first message, and shows it', async () => {
  const page = await open('/')
  await page.getByRole('heading', { name: 'Waiting for the first reading' }).waitFor()
  await page.getByText('Connected').waitFor()
  const line = await page.locator('.copy-line code').innerText()
  expect(line).toBe(`mosquitto_pub -h 127.0.0.1 -p ${mosquitto.port} -t sensors/demo/temperature -m 21.5`)
  const [command, ...args] = line.split(' ')
  await run(command!, args)
  const card = page.locator('.card', { hasText: 'demo' })
  await card.getByText('21.5').waitFor()
  expect(await card.innerText()).toContain('°C')
  expect(await page.getByRole('heading', { name: 'Waiting' }).isVisible()).toBe(false)
})

it('draws a reading that is published, after those of the last hour', async () => {
  await measure(20.25)
  await measure(20.5)
  await gateway.kill()
  await gateway.restart()
  const page = await open('/#/device/mqtt:attic')
  const panel = page.getByRole('region', { name: 'Temperature' })
  await panel.getByText('20.5').waitFor()
  await measure(20.75)
  await panel.getByText('20.8').waitFor()
  await expect.poll(() => valuesOnChart(panel), patient).toEqual(['20.3', '20.5', '20.8'])
})

it('draws a line without a hole over a restart of the gateway', async () => {
  await measure(1)
  const page = await open('/#/device/mqtt:attic?range=5m')
  const panel = page.getByRole('region', { name: 'Temperature' })
  for (const value of [2, 3]) await measure(value)
  await expect.poll(() => valuesOnChart(panel), patient).toEqual(['1.0', '2.0', '3.0'])
  // What is not on disk when the gateway is killed comes once more from the broker, under another number.
  await expect.poll(() => metric('rivulet_log_uncommitted'), patient).toBe(0)
  await gateway.kill('SIGKILL')
  await page.getByText('Reconnecting').waitFor()
  for (const value of [4, 5]) await measure(value)
  await gateway.restart()
  await page.getByText('Live').waitFor()
  await measure(6)
  await expect.poll(() => valuesOnChart(panel), patient).toEqual(['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'])
  const { columns, drawn } = await drawnColumns(panel)
  expect(drawn).toBeGreaterThan(3)
  expect(columns).toBe(drawn)
})

it('draws a silence as a gap, not as a line across', async () => {
  const now = Date.now()
  const times = [...Array(20).keys()].flatMap((at) => [now - 600_000 + at * 3000, now - 120_000 + at * 3000])
  for (const time of times.sort())
    await publish(
      'sensors/cellar',
      JSON.stringify({ temperature: 10 + (time % 7), time: new Date(time).toISOString() }),
    )
  const page = await open('/#/device/mqtt:cellar?range=15m')
  const panel = page.getByRole('region', { name: 'Temperature' })
  await expect.poll(async () => (await valuesOnChart(panel)).length, patient).toBeGreaterThan(20)
  const { columns, drawn } = await drawnColumns(panel)
  // Eight of the nine minutes from the first to the last reading are silent.
  expect(drawn).toBeLessThan(columns / 2)
})

it('names, tags and hides a device, for good', async () => {
  for (const name of ['attic', 'cellar', 'shed']) await publish(`sensors/${name}/temperature`, 1)
  const page = await open('/#/device/mqtt:attic')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Tags').fill('floor: "2')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('These tags cannot be read').waitFor()
  await page.getByLabel('Tags').fill('floor: 2, dry')
  await page.getByLabel('Name').fill('Under the roof')
  await shoot(page, 'edit')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Under the roof' }).waitFor()
  await page.getByText('floor: 2 · dry').waitFor()

  await page.goto(`${gateway.url}/#/device/mqtt:shed`)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Hide from the list').check()
  await page.getByLabel('Name').press('Enter')
  await page.getByText('hidden', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.getByLabel('Group by tag').selectOption('floor')
  const shown = (group: string) => page.getByRole('region', { name: group }).locator('.card-name').allInnerTexts()
  await expect.poll(() => shown('without floor'), patient).toEqual(['cellar'])
  expect(await shown('floor: 2')).toEqual(['Under the roof'])
  await page.getByRole('button', { name: '1 hidden' }).click()
  await expect.poll(() => shown('without floor'), patient).toEqual(['cellar', 'shed'])
  await shoot(page, 'groups')
  // A link to a device and back leads to the list as it was.
  await page.getByRole('link', { name: 'cellar', exact: true }).click()
  await page.locator('a.back').click()
  await page.reload()
  await expect.poll(() => shown('floor: 2'), patient).toEqual(['Under the roof'])
})

it('says why a change was not saved, and offers none where none is allowed', async () => {
  await publish('sensors/attic/temperature', 1)
  const page = await open('/#/device/mqtt:attic')
  const edit = page.getByRole('button', { name: 'Edit' })
  await edit.click()
  await page.getByLabel('Tags').fill('x'.repeat(80))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/Not saved: tags/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.route('**/api/devices/mqtt*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), allow: 'HEAD, GET' } })
  })
  const answered = page.waitForResponse(/api\/devices\/mqtt/)
  await page.reload()
  await answered
  await page.getByRole('region', { name: 'Temperature' }).waitFor()
  expect(await edit.isVisible()).toBe(false)
  opened[0]!.forgive(/400/)
})

it('exports what the charts show, all of it and nothing else', async () => {
  const now = Date.now() / 1000
  const temperature = (time: number, value: number) => ({ n: 'attic/temperature', u: 'Cel', v: value, t: time })
  await publish('farm', JSON.stringify([temperature(now - 900, 99)]))
  for (let block = 0; block < 24; block++) {
    const pack = [...Array(500).keys()].map((at) => temperature(now - 200 + (block * 500 + at) / 100, at % 50))
    await publish('farm', JSON.stringify(pack))
  }
  await publish('sensors/other/temperature', 7)
  await expect.poll(() => metric('rivulet_log_uncommitted'), patient).toBe(0)
  const page = await open('/#/device/senml:attic?range=5m')
  await page.getByText('Export').click()
  await page.getByText('Live').waitFor()
  const save = async (name: string) => {
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name, exact: true }).click()
    const download = await downloading
    return {
      name: download.suggestedFilename(),
      lines: readFileSync(await download.path(), 'utf8')
        .trimEnd()
        .split(/\r?\n/),
    }
  }
  const csv = await save('CSV')
  expect(csv.name).toMatch(/^senml_attic_\d{8}T\d{6}Z_\d{8}T\d{6}Z\.csv$/)
  expect(csv.lines[0]).toBe('seq,time,device,metric,channel,value,unit,quality')
  expect(csv.lines.filter((line) => /^\d+,[^,]+,senml:attic,temperature,,\d+,Cel,$/.test(line))).toHaveLength(12_000)
  expect(csv.lines).toHaveLength(12_001)
  const ndjson = await save('NDJSON')
  expect(new Set(ndjson.lines.map((line) => JSON.parse(line).seq)).size).toBe(12_000)
  await page.getByText('12,000 readings saved').waitFor()
  await shoot(page, 'export')
})

it('shows a week with its extremes and gaps, and zooms into it', async () => {
  const hour = 3600
  const now = Math.floor(Date.now() / 1000 / hour) * hour
  const at = (hoursAgo: number, value: number) => ({
    n: 'attic/temperature',
    u: 'Cel',
    v: value,
    t: now - hoursAgo * hour,
  })
  const halfHours = (from: number, to: number) =>
    [...Array((from - to) * 2).keys()].flatMap((step) => {
      const value = 21 + Math.sin(step / 8) * 3
      return [at(from - step / 2, value), at(from - step / 2 - 0.01, value + 6)]
    })
  const spike = [at(121, 20), at(121 - 1 / 120, 90)]
  await publish('farm', JSON.stringify([...spike, ...halfHours(120, 84), ...halfHours(24, 0)]))
  const stored = async () => {
    const query = '/api/history?device=senml:attic&from=7d'
    const { series } = await gateway.get<{ series: { buckets: { count: number }[] }[] }>(query)
    return series[0]?.buckets.reduce((sum, { count }) => sum + count, 0)
  }
  await expect.poll(stored, patient).toBe(2 + 2 * 2 * (36 + 24))
  const page = await open('/#/device/senml:attic?range=7d')
  const panel = page.getByRole('region', { name: 'Temperature' })
  const chart = panel.locator('.chart')
  await expect
    .poll(async () => {
      await chart.press('Home')
      return panel.locator('.panel-value').innerText()
    }, patient)
    .toContain('20.0 – 90.0')
  await shoot(page, 'week')
  const { columns, drawn } = await drawnColumns(panel)
  // Sixty of the 121 hours from the first reading to now are silent.
  expect(drawn).toBeLessThan(columns * 0.6)

  const box = (await panel.locator('.u-over').boundingBox())!
  await page.mouse.move(box.x + box.width * 0.9, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.95, box.y + 60, { steps: 4 })
  await page.mouse.up()
  const zoomed = () =>
    new URL(page.url()).hash
      .match(/from=([^&]*)&to=(.*)/)
      ?.slice(1)
      .map(Date.parse) ?? []
  await expect.poll(zoomed, patient).toHaveLength(2)
  const [from, to] = zoomed()
  expect((to! - from!) / 3_600_000).toBeCloseTo(168 * 0.05, 0)
  await expect.poll(async () => (await valuesOnChart(panel)).length, patient).toBeGreaterThan(10)
  await shoot(page, 'zoomed')
  await page.reload()
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor()
  await panel.locator('.u-over').dblclick()
  await expect.poll(zoomed, patient).toHaveLength(0)
  await page.getByRole('button', { name: '7 d', pressed: true }).waitFor()
})

it('asks for a token where one is needed', async () => {
  await publish('sensors/attic/temperature', 1)
  const created = await fetch(`${gateway.url}/api/tokens`, { method: 'POST', body: '{"name":"wall"}', headers: json })
  const { token } = (await created.json()) as { token: string }
  const proxy = await startProxy(gateway.url)
  try {
    const { page } = await openPage(browser, proxy.url)
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('does not know this token').waitFor()
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.card').getByText('1.0').waitFor()
    await page.getByText('Live').waitFor()
    expect(page.url()).not.toContain(token)
    await page.context().close()
  } finally {
    await proxy.close()
  }
})

it('lets eight tabs share one stream', async () => {
  await publish('sensors/attic/temperature', 1)
  const first = await open('/')
  const pages = [first]
  for (let tab = 1; tab < 8; tab++) {
    const page = await first.context().newPage()
    await page.goto(`${gateway.url}/`)
    pages.push(page)
  }
  for (const page of pages) await page.getByText('Live').waitFor()
  await publish('sensors/attic/temperature', 2)
  for (const page of pages) await page.locator('.card').getByText('2.0').waitFor()
  expect(await metric('rivulet_streams')).toBe(1)
})

it('fits on a phone', async () => {
  await publish('sensors/a_device_with_a_rather_long_name_that_does_not_fit/temperature', 1)
  await publish(
    'sensors/attic',
    JSON.stringify({ temperature: 20.5, humidity: 45, latitude: 54.32112, state: 'heating' }),
  )
  await publish('nobody/knows/this/topic/which/is/quite/long/as/topics/go/at/times', 'x'.repeat(300))
  const page = await open('/', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
  await page.locator('.card').nth(1).waitFor()
  await expectNoOverflow(page)
  await page.getByRole('link', { name: 'attic', exact: true }).click()
  await page.getByRole('region', { name: 'Temperature' }).waitFor()
  await expectNoOverflow(page)
  const ranges = page.getByRole('group', { name: 'Time shown' }).getByRole('button')
  for (const range of await ranges.all()) expect((await range.boundingBox())!.height).toBeLessThan(40)
  await page.getByText('Export').click()
  await expectNoOverflow(page)
  await shoot(page, 'phone')
  await page.getByRole('link', { name: 'Inputs' }).click()
  await page.locator('.rejected li').first().waitFor()
  await expectNoOverflow(page)
})

it('is dark where the system is, and as the person wants it', async () => {
  const page = await open('/', { colorScheme: 'dark' })
  const darkness = () => page.locator('html').getAttribute('data-theme')
  expect(await darkness()).toBe('dark')
  await page.getByRole('button', { name: 'Theme: auto' }).click()
  expect(await darkness()).toBe('light')
  await page.reload()
  await page.getByRole('button', { name: 'Theme: light' }).waitFor()
  expect(await darkness()).toBe('light')
})

it.each(['light', 'dark'] as const)(
  'can be used by everybody: no violation of WCAG 2.2 AA (%s)',
  async (colorScheme) => {
    await publish(
      'sensors/attic',
      JSON.stringify({ temperature: 20.5, humidity: 45, state: 'heating', battery_low: false }),
    )
    await publish('sensors/cellar/temperature', 12)
    await publish('nobody/knows', '{"zzz":"?"}')
    const tag = { method: 'PATCH', body: '{"tags":{"floor":1},"hidden":true}', headers: json }
    await expect
      .poll(async () => (await fetch(`${gateway.url}/api/devices/mqtt:cellar`, tag)).status, patient)
      .toBe(200)
    const page = await open('/#/?hidden=1&by=floor', { colorScheme, reducedMotion: 'reduce' })
    await page.locator('.card').nth(1).waitFor()
    expect(await violations(page)).toEqual([])
    await shoot(page, `overview-${colorScheme}`)
    await page.getByRole('link', { name: 'attic', exact: true }).click()
    await page.locator('.panel canvas').nth(2).waitFor()
    await page.getByText('Export').click()
    expect(await violations(page)).toEqual([])
    await shoot(page, `device-${colorScheme}`)
    await page.getByText('Export').click()
    await page.getByRole('button', { name: '7 d' }).click()
    await page.getByRole('button', { name: 'Edit' }).click()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Inputs' }).click()
    await page.locator('.rejected li').first().waitFor()
    expect(await violations(page)).toEqual([])
  },
)

it('shows what was rejected, and why', async () => {
  await publish('nobody/knows', '{"zzz":"?"}')
  const page = await open('/#/inputs')
  const row = page.locator('.rejected li', { hasText: 'nobody/knows' })
  await row.getByText('unknown_topic').waitFor()
  expect(await row.innerText()).toContain('{"zzz":"?"}')
})

/** A screenshot to look at, where `SCREENSHOTS` names a folder. */
async function shoot(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` })
}

async function open(path: string, options = {}) {
  const watched = await openPage(browser, gateway.url + path, options)
  opened.push(watched)
  return watched.page
}

/** A reverse proxy on this machine: behind it nobody is on loopback, so a token is needed. */
async function startProxy(target: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    const headers = { ...req.headers, 'x-forwarded-for': '192.0.2.9' }
    const passed = request(target + req.url, { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(res)
    })
    req.pipe(passed)
    passed.on('error', () => res.destroy())
    res.on('close', () => passed.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
}

/** What is published before the gateway has subscribed for the first time, no broker keeps. */
async function untilConnected(): Promise<void> {
  const states = async () => (await gateway.get<{ inputs: { status: string }[] }>('/readyz')).inputs
  await expect.poll(states, patient).toEqual([expect.objectContaining({ status: 'connected' })])
}

async function publish(topic: string, message: string | number): Promise<void> {
  await run('mosquitto_pub', [
    '-h',
    '127.0.0.1',
    '-p',
    String(mosquitto.port),
    '-q',
    '1',
    '-t',
    topic,
    '-m',
    String(message),
  ])
}

/** A temperature in the attic, a second after the one before: on a chart, points of one instant are one. */
async function measure(temperature: number): Promise<void> {
  measuredAt += 1000
  await publish('sensors/attic', JSON.stringify({ temperature, time: new Date(measuredAt).toISOString() }))
}

async function expectNoOverflow(page: Awaited<ReturnType<typeof open>>): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

/** Goes over the points of a chart as a person would with the keyboard. */
async function valuesOnChart(panel: Locator): Promise<string[]> {
  const chart = panel.locator('.chart')
  const values: string[] = []
  await chart.press('Home')
  for (let steps = 0; steps < 50; steps++) {
    const value = await panel.locator('.panel-value').innerText()
    if (value === values.at(-1)) break
    values.push(value)
    await chart.press('ArrowRight')
  }
  await chart.press('Escape')
  return values.map((value) => value.split(/\s+/).find((word) => /^-?\d+(\.\d+)?$/.test(word)) ?? value)
}

/** Pixel columns from the first to the last that have the line's colour, and how many of them have. */
async function drawnColumns(panel: Locator): Promise<{ columns: number; drawn: number }> {
  const count = `(canvas) => {
    const hex = getComputedStyle(canvas).getPropertyValue('--line').trim()
    const [r, g, b] = hex.match(/\\w\\w/g).map((pair) => parseInt(pair, 16))
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const drawn = new Set()
    for (let at = 0; at < data.length; at += 4) {
      const difference = Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b)
      if (difference < 60 && data[at + 3] > 150) drawn.add((at / 4) % canvas.width)
    }
    const columns = [...drawn].sort((a, b) => a - b)
    return { columns: columns.at(-1) - columns[0] + 1, drawn: columns.length }
  }`
  const canvas = `[aria-label="${await panel.getAttribute('aria-label')}"] canvas`
  return panel.page().evaluate(`(${count})(document.querySelector('${canvas}'))`)
}
