import type { Locator, Page } from 'playwright-core'
import { beforeEach, expect, it } from 'vitest'
import { shoot, useVisit } from '../../setup/visit.ts'

const visit = useVisit()
const hour = 3_600_000

beforeEach(async () => {
  const now = Date.now()
  const pack = [...Array(400).keys()].map((step) => {
    const [ago, value] = [(400 - step) * 0.25 * hour, 20 + Math.sin(step / 10) * 5]
    return { n: 'attic/temperature', u: 'Cel', v: value, t: (now - ago) / 1000 }
  })
  await visit.publish('farm', JSON.stringify(pack))
  await expect.poll(() => visit.metric('rivulet_log_uncommitted')).toBe(0)
})

it('moves in time by mouse, wheel and keys, loads what was not there, and follows only at the live edge', async () => {
  const page = await visit.open('/#/device/senml:attic?range=6h')
  const panel = page.getByRole('region', { name: 'Temperature' })
  await panel.locator('canvas').waitFor()
  const plot = (await panel.locator('.u-over').boundingBox())!
  const [middle, top] = [plot.x + plot.width / 2, plot.y + 60]
  await drag(page, [middle, plot.y + plot.height + 12], plot.width / 2)
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 3 })
  await page.keyboard.down('Shift')
  await drag(page, [middle, top], plot.width / 2)
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 6 })
  await page.mouse.move(middle, top)
  await page.mouse.wheel(0, plot.width)
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 0, isLive: true })
  await page.mouse.wheel(0, -4 * plot.width)
  await page.keyboard.up('Shift')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 24 })
  await expect.poll(() => valueAtEnd(panel)).toMatch(/^\d\d\.\d °C$/)
  // The plain wheel is the page's.
  await page.mouse.wheel(0, 500)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, 173)
  await page.keyboard.up('Control')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 12, agoHours: 21 })
  const chart = panel.locator('.chart')
  // Faster than charts are drawn, as a key that is held down is.
  const press = `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true }))`
  await chart.focus()
  await page.evaluate(`for (let presses = 0; presses < 4; presses++) ${press}`)
  await expect.poll(() => shown(page)).toMatchObject({ hours: 12, agoHours: 9 })
  // All of it is one step of the way back.
  await page.goBack()
  await expect.poll(() => page.url()).toBe(`${visit.gateway.url}/#/device/senml:attic?range=6h`)
})

it('does the same by buttons alone', async () => {
  const page = await visit.open('/#/device/senml:attic?range=6h')
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const later = page.getByRole('button', { name: 'Later', exact: true })
  await page.getByRole('region', { name: 'Temperature' }).waitFor()
  expect(await later.isDisabled()).toBe(true)
  await press('Earlier')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 3 })
  expect(await page.locator('.shown-time').innerText()).toMatch(/\d\d:\d\d\s*–.*\d\d:\d\d$/)
  await press('Zoom in')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 3, agoHours: 4.5 })
  await press('Zoom out')
  await press('Later')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, isLive: true })
  expect(await later.isDisabled()).toBe(true)
  await press('Reset zoom')
  await expect.poll(() => shown(page)).toMatchObject({ zoom: undefined })
})

it('moves under a finger and scales between two, while the page scrolls up and down', async () => {
  const page = await visit.open('/#/device/senml:attic?range=24h', {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  })
  const panel = page.getByRole('region', { name: 'Temperature' })
  await panel.locator('canvas').waitFor()
  const plot = (await panel.locator('.u-over').boundingBox())!
  const touch = await page.context().newCDPSession(page)
  const at = (share: number) => ({ x: plot.x + plot.width * share, y: plot.y + 80 })
  const say = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...shares: number[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: shares.map((share, id) => ({ ...at(share), id })) })
  await say('touchStart', 0.3)
  for (const share of [0.4, 0.6, 0.8]) await say('touchMove', share)
  await say('touchEnd')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 24, agoHours: 12 })
  await say('touchStart', 0.4, 0.6)
  for (const spread of [0.15, 0.2, 0.3, 0.4]) await say('touchMove', 0.5 - spread, 0.5 + spread)
  await say('touchEnd')
  await expect.poll(() => shown(page)).toMatchObject({ hours: 6, agoHours: 21 })
  await shoot(page, 'phone-pinched')
  const touchAction = `getComputedStyle(document.querySelector('.u-over')).touchAction`
  expect(await page.evaluate(touchAction)).toBe('pan-y')
})

/** What the address says is shown, in hours and quarters of them. */
async function shown(page: Page) {
  const zoom = new URLSearchParams(new URL(page.url()).hash.split('?')[1])
  const last = zoom.get('last')
  const [from, to] = ['from', 'to'].map((name) => Date.parse(zoom.get(name) ?? ''))
  const quarters = (ms: number) => Math.round((ms / hour) * 4) / 4
  if (last) return { hours: quarters(Number(last)), agoHours: 0, isLive: true }
  if (Number.isNaN(from)) return { zoom: undefined }
  return { hours: quarters(to! - from!), agoHours: quarters(Date.now() - to!), isLive: false }
}

async function drag(page: Page, [x, y]: [number, number], by: number): Promise<void> {
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + by, y, { steps: 6 })
  await page.mouse.up()
}

/** The value of the last point that is drawn. */
async function valueAtEnd(panel: Locator): Promise<string> {
  await panel.locator('.chart').press('End')
  const value = (await panel.locator('.panel-text').innerText()) + (await panel.locator('.unit').innerText())
  await panel.locator('.chart').press('Escape')
  return value.replace('°', ' °')
}
