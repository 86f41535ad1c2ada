import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { violations } from '../../setup/axe.ts'
import { saveExport } from '../../setup/download.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const visit = useVisit()

/** How wide they are, in pixels of CSS. */
const screens = { phone: 360, 'small-tablet': 700, tablet: 820 }

it('draws lines of several devices on one chart for each unit, told apart without colour, at an address to share', async () => {
  await measureHouse()
  const page = await visit.open('/#/device/senml:attic')
  await page.getByRole('link', { name: 'Compare Temperature with others' }).click()
  await page.getByText('Add a line').click()
  const search = page.getByLabel('Search devices and metrics')
  await search.fill('cellar temp')
  await page.getByRole('button', { name: 'cellar · Temperature' }).click()
  await search.fill('')
  // What could share a chart comes first.
  await expect.poll(() => page.locator('.option').first().innerText()).toBe('shed · Dew point')
  await page.getByRole('button', { name: 'shed · Dew point' }).click()
  await page.getByRole('button', { name: 'cellar · Humidity' }).click()
  await page.keyboard.press('Escape')
  const chart = page.getByRole('region', { name: 'Temperature, Dew point (°C)' })
  await expect.poll(() => chart.locator('.legend-name').allInnerTexts()).toHaveLength(3)
  const humidity = page.getByRole('region', { name: 'Humidity' })
  expect(await humidity.locator('.legend-name').allInnerTexts()).toEqual(['cellar'])
  const dashes = await chart
    .locator('.line-sample path')
    .evaluateAll((paths) => paths.map((p) => p.getAttribute('stroke-dasharray')))
  expect(new Set(dashes).size).toBe(3)

  await chart.locator('.chart').press('End')
  await expect.poll(() => amounts(page)).toEqual(['20.5°C', '12.5°C', '4.5°C', '45.5%'])
  expect(await violations(page)).toEqual([])
  await chart.locator('.chart').press('Escape')
  await page.reload()
  await expect.poll(() => amounts(page)).toEqual(['20.5°C', '12.5°C', '4.5°C', '45.5%'])
  const loaded = page.waitForResponse(/api\/history/)
  await page.getByRole('button', { name: '7 d' }).click()
  await loaded
  await shoot(page, 'compare')
  await page.getByRole('button', { name: 'Remove cellar · Temperature' }).click()
  await expect.poll(() => amounts(page)).toEqual(['20.5°C', '4.5°C', '45.5%'])
  expect(decodeURIComponent(page.url())).toMatch(
    /\?s=senml:attic\/temperature&s=senml:shed\/dew_point&s=senml:cellar\/humidity&range=7d$/,
  )
})

it('fits on phones and tablets, with a menu open too', async () => {
  await measureHouse()
  for (const [screen, width] of Object.entries(screens)) await expectToFit(screen, width)
})

it('adds what is measured now to every line, and shows a week of them in the dark', async () => {
  await measureHouse()
  const lines = 's=senml:attic/temperature&s=senml:cellar/temperature'
  const page = await visit.open(`/#/compare?${lines}&range=5m`, { colorScheme: 'dark', reducedMotion: 'reduce' })
  await page.getByText('Live').waitFor()
  await visit.publish('farm', JSON.stringify([record('attic/temperature', 'Cel', 33.3, Date.now())]))
  await expect.poll(() => amounts(page)).toEqual(['33.3°C', '12.5°C'])
  await page.getByRole('button', { name: '7 d' }).click()
  const chart = page.getByRole('region', { name: 'Temperature' }).locator('.chart')
  const first = async () => {
    await chart.press('Home')
    return amounts(page)
  }
  await expect.poll(first).toEqual(['10.5°C', '2.5°C'])
  await page.getByText('Add a line').click()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await shoot(page, 'compare-dark')
})

it('exports the lines that are compared, and no others of their devices', async () => {
  await measureHouse()
  await visit.publish('sensors/hall', JSON.stringify({ temperature: { indoor: 20, outdoor: 5 } }))
  const lines = 's=senml:attic/temperature&s=senml:cellar/humidity&s=mqtt:hall/temperature/outdoor'
  const page = await visit.open(`/#/compare?${lines}&range=7d`)
  await expect.poll(() => page.locator('.legend-name').count()).toBe(3)
  await page.getByText('Export').click()
  const csv = await saveExport(page, 'CSV')
  expect(csv.name).toMatch(/^compare_\d{8}T\d{6}Z_\d{8}T\d{6}Z\.csv$/)
  expect(csv.lines[0]).toBe('seq,time,device,metric,channel,value,unit,quality')
  const namesOf = (rows: string[]) => rows.map((row) => row.split(',').slice(2, 5).join('/'))
  const expected = [
    ...Array(21).fill('senml:attic/temperature/'),
    ...Array(21).fill('senml:cellar/humidity/'),
    'mqtt:hall/temperature/outdoor',
  ]
  expect(namesOf(csv.lines.slice(1))).toEqual(expected)
  await page.getByText('43 readings saved').waitFor()
  expect(await violations(page)).toEqual([])
  await shoot(page, 'compare-export')
  const ndjson = await saveExport(page, 'NDJSON')
  expect(ndjson.lines.map((line) => JSON.parse(line).device)).toEqual(expected.map((name) => name.split('/')[0]))

  // Another menu, or a press elsewhere, closes one.
  const menus = () => page.locator('.menu[open] summary').allInnerTexts()
  await page.getByText('Add a line').click()
  await expect.poll(menus).toEqual(['Add a line'])
  await page.getByRole('heading', { name: 'Compare' }).click()
  await expect.poll(menus).toEqual([])
  await page.goto(`${visit.gateway.url}/#/compare`)
  await page.getByText('Add lines of any devices').waitFor()
  expect(await page.getByText('Export').isVisible()).toBe(false)
})

async function expectToFit(screen: string, width: number): Promise<void> {
  const page = await visit.open('/#/compare?s=senml:attic/temperature&s=senml:cellar/temperature&range=7d', {
    viewport: { width, height: 740 },
    isMobile: true,
    hasTouch: true,
  })
  await page.locator('canvas').waitFor()
  for (const summary of await page.locator('.menu summary').all()) {
    await summary.click()
    const menu = (await page.locator('.menu[open] .menu-body').boundingBox())!
    expect(menu.x).toBeGreaterThanOrEqual(0)
    expect(menu.x + menu.width).toBeLessThanOrEqual(width)
    await page.keyboard.press('Escape')
  }
  await page.getByText('Add a line').click()
  await page.getByRole('button', { name: 'shed · Dew point' }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  expect(await violations(page)).toEqual([])
  await shoot(page, `${screen}-compare`)
}

async function measureHouse(): Promise<void> {
  const now = Date.now()
  const pack = [...Array(21).keys()].flatMap((step) => {
    const [time, more] = [now - (20 - step) * 8 * 3_600_000, step / 2 + 0.5]
    return [
      record('attic/temperature', 'Cel', 10 + more, time),
      record('cellar/temperature', 'Cel', 2 + more, time),
      record('cellar/humidity', '%RH', 35 + more, time),
      record('shed/dew_point', 'Cel', -6 + more, time),
    ]
  })
  await visit.publish('farm', JSON.stringify(pack))
  await expect.poll(async () => (await visit.gateway.get<object[]>('/api/devices')).length).toBe(3)
  await expect.poll(() => visit.metric('rivulet_log_uncommitted')).toBe(0)
}

function record(name: string, unit: string, value: number, time: number) {
  return { n: name, u: unit, v: value, t: time / 1000 }
}

async function amounts(page: Page): Promise<string[]> {
  return (await page.locator('.legend-amount').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))
}
