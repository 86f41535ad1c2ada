import { expect, it } from 'vitest'
import { shoot, useVisit } from '../../setup/visit.ts'

const visit = useVisit()

const adapter = {
  path: '/dev/ttyUSB0',
  port: '/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0',
  usb: { vendor: '1a86', product: '7523' },
  model: 'USB Serial',
  profiles: ['sds011'],
  configured: false,
  lines: 'serial:\n  - port: /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0\n    profile: sds011',
}

it('offers the serial ports that nobody reads yet, as soon as they are plugged in', async () => {
  // There is none to plug in here; that the gateway answers at all is what it does before.
  expect(Array.isArray(await visit.gateway.get('/api/ports'))).toBe(true)
  let ports: object[] = [{ ...adapter, path: '/dev/ttyUSB1', configured: true }]
  const page = await visit.open('/#/inputs')
  await page.clock.install()
  await page.route('**/api/ports', (route) => route.fulfill({ json: ports }))
  await page.getByRole('link', { name: 'Devices', exact: true }).click()
  await page.getByRole('heading', { name: 'Waiting for the first reading' }).waitFor()
  expect(await page.getByText('serial port').count()).toBe(0)
  ports = [...ports, adapter]
  await page.clock.fastForward(5000)
  await page.getByRole('heading', { name: 'A serial port was found' }).waitFor()
  expect(await page.locator('.port code').innerText()).toBe(adapter.lines)
  await shoot(page, 'first-run-serial')
})

it('says nothing of serial ports to those who could not add them', async () => {
  const page = await visit.open('/#/inputs')
  await page.route('**/api/ports', (route) => route.fulfill({ status: 403, json: { title: 'Forbidden' } }))
  const answered = page.waitForResponse('**/api/ports')
  await page.getByRole('link', { name: 'Devices', exact: true }).click()
  await answered
  await page.getByRole('heading', { name: 'Waiting for the first reading' }).waitFor()
  expect(await page.getByText('serial port').count()).toBe(0)
  visit.forgive(/403/)
})
