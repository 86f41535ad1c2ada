import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { drawnColumns, valuesOnChart } from '../../setup/chart.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const run = promisify(execFile)
const visit = useVisit()

it('helps with the first message, and shows it', async () => {
  const page = await visit.open('/')
  await page.getByRole('heading', { name: 'Waiting for the first reading' }).waitFor()
  await page.getByText('Connected').waitFor()
  await shoot(page, 'first-run')
  const line = await page.locator('.copy-line code').innerText()
  expect(line).toBe(`mosquitto_pub -h 127.0.0.1 -p ${visit.mosquitto.port} -t sensors/demo/temperature -m 21.5`)
  const [command, ...args] = line.split(' ')
  await run(command!, args)
  const card = page.locator('.card', { hasText: 'demo' })
  await card.getByText('21.5').waitFor()
  expect(await card.innerText()).toContain('°C')
  expect(await page.getByRole('heading', { name: 'Waiting' }).isVisible()).toBe(false)
})

it('draws a reading that is published, after those of the last hour', async () => {
  await visit.measure(20.25)
  await visit.measure(20.5)
  await visit.gateway.kill()
  await visit.gateway.restart()
  const page = await visit.open('/#/device/mqtt:attic')
  const panel = page.getByRole('region', { name: 'Temperature' })
  await panel.getByText('20.5').waitFor()
  await visit.measure(20.75)
  await panel.getByText('20.8').waitFor()
  await expect.poll(() => valuesOnChart(panel)).toEqual(['20.3', '20.5', '20.8'])
})

it('draws a line without a hole over a restart of the gateway', async () => {
  await visit.measure(1)
  const page = await visit.open('/#/device/mqtt:attic?range=5m')
  const panel = page.getByRole('region', { name: 'Temperature' })
  for (const value of [2, 3]) await visit.measure(value)
  await expect.poll(() => valuesOnChart(panel)).toEqual(['1.0', '2.0', '3.0'])
  // What is not on disk when the gateway is killed comes once more from the broker, under another number.
  await expect.poll(() => visit.metric('rivulet_log_uncommitted')).toBe(0)
  await visit.gateway.kill('SIGKILL')
  await page.getByText('Reconnecting').waitFor()
  for (const value of [4, 5]) await visit.measure(value)
  await visit.gateway.restart()
  await page.getByText('Live').waitFor()
  await visit.measure(6)
  await expect.poll(() => valuesOnChart(panel)).toEqual(['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'])
  const { columns, drawn } = await drawnColumns(panel)
  expect(drawn).toBeGreaterThan(3)
  expect(columns).toBe(drawn)
})

it('draws a silence as a gap, not as a line across', async () => {
  const now = Date.now()
  const times = [...Array(20).keys()].flatMap((at) => [now - 600_000 + at * 3000, now - 120_000 + at * 3000])
  for (const time of times.sort())
    await visit.publish(
      'sensors/cellar',
      JSON.stringify({ temperature: 10 + (time % 7), time: new Date(time).toISOString() }),
    )
  const page = await visit.open('/#/device/mqtt:cellar?range=15m')
  const panel = page.getByRole('region', { name: 'Temperature' })
  await expect.poll(async () => (await valuesOnChart(panel)).length).toBeGreaterThan(20)
  const { columns, drawn } = await drawnColumns(panel)
  // Eight of the nine minutes from the first to the last reading are silent.
  expect(drawn).toBeLessThan(columns / 2)
})

it('lets eight tabs share one stream', async () => {
  await visit.publish('sensors/attic/temperature', 1)
  const first = await visit.open('/')
  const pages = [first]
  for (let tab = 1; tab < 8; tab++) {
    const page = await first.context().newPage()
    await page.goto(`${visit.gateway.url}/`)
    pages.push(page)
  }
  for (const page of pages) await page.getByText('Live').waitFor()
  await visit.publish('sensors/attic/temperature', 2)
  for (const page of pages) await page.locator('.card').getByText('2.0').waitFor()
  expect(await visit.metric('rivulet_streams')).toBe(1)
})
