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
