import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { violations } from '../../setup/axe.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const json = { 'content-type': 'application/json' }
const visit = useVisit()

it('fits on a phone', async () => {
  await visit.publish('sensors/a_device_with_a_rather_long_name_that_does_not_fit/temperature', 1)
  await visit.publish(
    'sensors/attic',
    JSON.stringify({ temperature: 20.5, humidity: 45, latitude: 54.32112, state: 'heating' }),
  )
  await visit.publish('nobody/knows/this/topic/which/is/quite/long/as/topics/go/at/times', 'x'.repeat(300))
  const page = await visit.open('/', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
  await page.locator('.card').nth(1).waitFor()
  await expectNoOverflow(page)
  const theme = (await page.getByRole('button', { name: 'Theme' }).boundingBox())!
  expect(theme.x + theme.width).toBeLessThanOrEqual(360)
  await shoot(page, 'phone-overview')
  await page.getByRole('link', { name: 'attic', exact: true }).click()
  await page.getByRole('region', { name: 'Temperature' }).waitFor()
  await expectNoOverflow(page)
  const ranges = page.getByRole('group', { name: 'Time shown' }).getByRole('button')
  for (const range of await ranges.all()) expect((await range.boundingBox())!.height).toBeLessThan(40)
  await page.getByText('Export').click()
  await expectNoOverflow(page)
  await shoot(page, 'phone-device')
  await page.getByRole('link', { name: 'Inputs' }).click()
  await page.locator('.rejected li').first().waitFor()
  await expectNoOverflow(page)
})

it('is dark where the system is, and as the person wants it', async () => {
  const page = await visit.open('/', { colorScheme: 'dark' })
  const darkness = () => page.locator('html').getAttribute('data-theme')
  expect(await darkness()).toBe('dark')
  await page.getByRole('button', { name: 'Theme: auto' }).click()
  expect(await darkness()).toBe('light')
  await page.reload()
  await page.getByRole('button', { name: 'Theme: light' }).waitFor()
  expect(await darkness()).toBe('light')
})

it('prints every chart in dark on light, also what is out of sight', async () => {
  const many = Object.fromEntries([...Array(12).keys()].map((at) => [`probe_${at}`, at]))
  await visit.publish('sensors/attic', JSON.stringify(many))
  const page = await visit.open('/#/device/mqtt:attic', { colorScheme: 'dark', viewport: { width: 800, height: 400 } })
  await page.locator('.panel canvas').first().waitFor()
  await page.locator('.panel').nth(11).waitFor()
  expect(await page.locator('.panel canvas').count()).toBeLessThan(12)
  await page.evaluate(`addEventListener('beforeprint', () => {
    globalThis.printed = document.documentElement.dataset.theme + ' ' + document.querySelectorAll('.panel canvas').length
  })`)
  const paper = await page.pdf()
  expect(await page.evaluate('printed')).toBe('light 12')
  expect(paper.length).toBeGreaterThan(10_000)
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
})

it('can be used by everybody: no violation of WCAG 2.2 AA, light and dark', async () => {
  await visit.publish(
    'sensors/attic',
    JSON.stringify({ temperature: 20.5, humidity: 45, state: 'heating', battery_low: false }),
  )
  await visit.publish('sensors/cellar/temperature', 12)
  await visit.publish('nobody/knows', '{"zzz":"?"}')
  const tag = { method: 'PATCH', body: '{"tags":{"floor":1},"hidden":true}', headers: json }
  await expect.poll(async () => (await fetch(`${visit.gateway.url}/api/devices/mqtt:cellar`, tag)).status).toBe(200)
  for (const colorScheme of ['light', 'dark'] as const) await expectNoViolation(colorScheme)
})

async function expectNoViolation(colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await visit.open('/#/?hidden=1&by=floor', { colorScheme, reducedMotion: 'reduce' })
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
}

async function expectNoOverflow(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}
