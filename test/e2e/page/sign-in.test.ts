import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { openPage } from '../../setup/chromium.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const json = { 'content-type': 'application/json' }
const visit = useVisit()

it('asks for a token where one is needed', async () => {
  await visit.publish('sensors/attic/temperature', 1)
  const created = await fetch(`${visit.gateway.url}/api/tokens`, {
    method: 'POST',
    body: '{"name":"wall"}',
    headers: json,
  })
  const { token } = (await created.json()) as { token: string }
  const proxy = await startProxy(visit.gateway.url)
  try {
    const { page } = await openPage(visit.browser, proxy.url)
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('does not know this token').waitFor()
    expect(await page.locator('.connection').isVisible()).toBe(false)
    await shoot(page, 'sign-in')
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.card').getByText('1.0').waitFor()
    await page.getByText('Live').waitFor()
    expect(page.url()).not.toContain(token)
    await page.context().close()
  } finally {
    await proxy.close()
  }
})

/** A reverse proxy on this machine: behind it nobody is on loopback, so a token is needed. */
async function startProxy(target: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    const headers = { ...req.headers, 'x-forwarded-for': '192.0.2.9' }
    const passed = request(target + req.url, { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(res)
    })
    req.pipe(passed)
    passed.on('error', () => res.destroy())
    res.on('close', () => passed.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
