import type { Page, Request } from 'playwright-core'
import { expect, it } from 'vitest'
import { useVisit } from '../../setup/visit.ts'

const visit = useVisit()

it('can be used with the keyboard alone, from the list to a comparison', async () => {
  await visit.publish('sensors/attic/temperature', 20)
  await visit.publish('sensors/cellar/temperature', 12)
  const page = await visit.open('/')
  await page.locator('.card').nth(1).waitFor()
  await tabTo(page, 'attic')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'attic' }).waitFor()
  await tabTo(page, 'Earlier')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('from=')
  await tabTo(page, 'Later')
  await page.keyboard.press('Space')
  await expect.poll(() => page.url()).toContain('last=3600000')
  await page.locator('canvas').waitFor()
  await tabTo(page, 'Temperature: chart')
  // There is nothing to read before it is drawn.
  const read = async () => {
    await page.keyboard.press('ArrowLeft')
    return page.locator('.panel-when').innerText()
  }
  await expect.poll(read).toMatch(/^\d\d:\d\d:\d\d$/)
  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toContain('Compare Temperature')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Compare', exact: true }).waitFor()
  await tabTo(page, 'Add a line')
  // At once, so that what is typed next is for the search.
  const note = 'globalThis.at = document.activeElement.ariaLabel'
  await page.evaluate(`document.activeElement.addEventListener('click', () => (${note}))`)
  await page.keyboard.press('Enter')
  expect(await page.evaluate('at')).toBe('Search devices and metrics')
  await page.keyboard.type('cellar')
  await tabTo(page, 'cellar · Temperature')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.legend-name').allInnerTexts()).toEqual(['attic', 'cellar'])
  await page.keyboard.press('Escape')
  expect(await focused(page)).toContain('Add a line')
  await tabTo(page, 'Remove attic')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.legend-name').allInnerTexts()).toEqual(['cellar'])
  expect(await focused(page)).toContain('Add a line')
})

it('opens with less than 150 KB over the wire', async () => {
  const context = await visit.browser.newContext()
  const finished: Request[] = []
  context.on('requestfinished', (request) => finished.push(request))
  const page = await context.newPage()
  await page.goto(visit.gateway.url)
  await page.getByRole('heading', { name: 'Waiting for the first reading' }).waitFor()
  // Others may finish meanwhile, which come too late to be asked once the context is closed.
  const sizes = await Promise.all(finished.map((request) => request.sizes()))
  await context.close()
  const bytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0)
  expect(bytes).toBeGreaterThan(20_000)
  expect(bytes).toBeLessThan(150_000)
})

/** Presses Tab until the focus is on what is called so, as somebody would who sees the outline move. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    if ((await focused(page)).includes(name)) return
  }
  throw new Error(`no way to ${name} by Tab; the focus is on ${await focused(page)}`)
}

async function focused(page: Page): Promise<string> {
  const name = `(({ activeElement: at }) => at.getAttribute('aria-label') ?? at.textContent)(document)`
  return (await page.evaluate(name)) as string
}
