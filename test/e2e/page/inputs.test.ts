import { expect, it } from 'vitest'
import { shoot, useVisit } from '../../setup/visit.ts'

const visit = useVisit()

it('shows what was rejected, and why', async () => {
  await visit.publish('nobody/knows', '{"zzz":"?"}')
  const page = await visit.open('/#/inputs')
  const row = page.locator('.rejected li', { hasText: 'nobody/knows' })
  await row.getByText('unknown_topic').waitFor()
  expect(await row.innerText()).toContain('{"zzz":"?"}')
  await shoot(page, 'rejected')
})

it('shows a message once, with everything that is wrong in it', async () => {
  await visit.publish(
    'sensors/cellar',
    '{"temperature":21.5,"humidity":"unavailable","co2":"unavailable","pressure":1e9}',
  )
  await visit.publish('nobody/knows', '{"zzz":"?"}')
  const page = await visit.open('/#/inputs')
  await page.locator('.rejected li').nth(1).waitFor()
  expect(await page.locator('.rejected-subject').allInnerTexts()).toEqual(['nobody/knows', 'sensors/cellar'])
  const row = page.locator('.rejected li').nth(1)
  expect((await row.locator('.reason').allInnerTexts()).sort()).toEqual(['no_value', 'out_of_range'])
  expect(await row.innerText()).toContain('Fields humidity, co2.')
  await shoot(page, 'rejected-fields')
})
