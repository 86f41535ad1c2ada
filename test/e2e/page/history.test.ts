import { expect, it } from 'vitest'
import { drawnColumns, valuesOnChart } from '../../setup/chart.ts'
import { saveExport } from '../../setup/download.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const visit = useVisit()

it('exports what the charts show, all of it and nothing else', async () => {
  const now = Date.now() / 1000
  const temperature = (time: number, value: number) => ({ n: 'attic/temperature', u: 'Cel', v: value, t: time })
  await visit.publish('farm', JSON.stringify([temperature(now - 900, 99)]))
  for (let block = 0; block < 24; block++) {
    const pack = [...Array(500).keys()].map((at) => temperature(now - 200 + (block * 500 + at) / 100, at % 50))
    await visit.publish('farm', JSON.stringify(pack))
  }
  await visit.publish('sensors/other/temperature', 7)
  await expect.poll(() => visit.metric('rivulet_log_uncommitted')).toBe(0)
  const page = await visit.open('/#/device/senml:attic?range=5m')
  await page.getByText('Export').click()
  await page.getByText('Live').waitFor()
  const csv = await saveExport(page, 'CSV')
  expect(csv.name).toMatch(/^senml_attic_\d{8}T\d{6}Z_\d{8}T\d{6}Z\.csv$/)
  expect(csv.lines[0]).toBe('seq,time,device,metric,channel,value,unit,quality')
  expect(csv.lines.filter((line) => /^\d+,[^,]+,senml:attic,temperature,,\d+,Cel,$/.test(line))).toHaveLength(12_000)
  expect(csv.lines).toHaveLength(12_001)
  const ndjson = await saveExport(page, 'NDJSON')
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
  await visit.publish('farm', JSON.stringify([...spike, ...halfHours(120, 84), ...halfHours(24, 0)]))
  const stored = async () => {
    const query = '/api/history?device=senml:attic&from=7d'
    const { series } = await visit.gateway.get<{ series: { buckets: { count: number }[] }[] }>(query)
    return series[0]?.buckets.reduce((sum, { count }) => sum + count, 0)
  }
  await expect.poll(stored).toBe(2 + 2 * 2 * (36 + 24))
  const page = await visit.open('/#/device/senml:attic?range=7d')
  const panel = page.getByRole('region', { name: 'Temperature' })
  const chart = panel.locator('.chart')
  await expect
    .poll(async () => {
      await chart.press('Home')
      return panel.locator('.panel-value').innerText()
    })
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
  await expect.poll(zoomed).toHaveLength(2)
  const [from, to] = zoomed()
  expect((to! - from!) / 3_600_000).toBeCloseTo(168 * 0.05, 0)
  await expect.poll(async () => (await valuesOnChart(panel)).length).toBeGreaterThan(10)
  await shoot(page, 'zoomed')
  await page.reload()
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor()
  await panel.locator('.u-over').dblclick()
  await expect.poll(zoomed).toHaveLength(0)
  await page.getByRole('button', { name: '7 d', pressed: true }).waitFor()
})
