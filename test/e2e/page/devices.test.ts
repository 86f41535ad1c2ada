import { expect, it } from 'vitest'
import { shoot, useVisit } from '../../setup/visit.ts'

const json = { 'content-type': 'application/json' }
const visit = useVisit()

it('names, tags and hides a device, for good', async () => {
  for (const name of ['attic', 'cellar', 'shed']) await visit.publish(`sensors/${name}/temperature`, 1)
  const page = await visit.open('/#/device/mqtt:attic')
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

  await page.goto(`${visit.gateway.url}/#/device/mqtt:shed`)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Hide from the list').check()
  await page.getByLabel('Name').press('Enter')
  await page.getByText('hidden', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.getByLabel('Group by tag').selectOption('floor')
  const shown = (group: string) => page.getByRole('region', { name: group }).locator('.card-name').allInnerTexts()
  await expect.poll(() => shown('without floor')).toEqual(['cellar'])
  expect(await shown('floor: 2')).toEqual(['Under the roof'])
  await page.getByRole('button', { name: '1 hidden' }).click()
  await expect.poll(() => shown('without floor')).toEqual(['cellar', 'shed'])
  await shoot(page, 'groups')
  // A link to a device and back leads to the list as it was.
  await page.getByRole('link', { name: 'cellar', exact: true }).click()
  await page.locator('a.back').click()
  await page.reload()
  await expect.poll(() => shown('floor: 2')).toEqual(['Under the roof'])
})

it('shows a new name to everybody who is looking', async () => {
  await visit.publish('sensors/attic/temperature', 1)
  const watching = await visit.open('/')
  await watching.getByText('Live').waitFor()
  const elsewhere = await visit.open('/#/device/mqtt:attic')
  await elsewhere.getByRole('heading', { name: 'attic' }).waitFor()
  const change = { method: 'PATCH', headers: json, body: '{"name":"Under the roof","tags":{"floor":2}}' }
  expect((await fetch(`${visit.gateway.url}/api/devices/mqtt:attic`, change)).status).toBe(200)
  await watching.getByRole('link', { name: 'Under the roof' }).waitFor()
  await elsewhere.getByRole('heading', { name: 'Under the roof' }).waitFor()
  await elsewhere.getByText('floor: 2').waitFor()
})

it('says why a change was not saved, and offers none where none is allowed', async () => {
  await visit.publish('sensors/attic/temperature', 1)
  const page = await visit.open('/#/device/mqtt:attic')
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
  visit.forgive(/400/)
})
