import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { violations } from '../../setup/axe.ts'
import { shoot, useVisit } from '../../setup/visit.ts'

const run = promisify(execFile)
const visit = useVisit()

it('says on cards and charts which values deserve less trust', async () => {
  await visit.gateway.kill()
  const broker = ['-h', '127.0.0.1', '-p', String(visit.mosquitto.port)]
  const message = JSON.stringify({ temperature: 27.5, humidity: 80, window: true })
  await run('mosquitto_pub', [...broker, '-r', '-t', 'sensors/greenhouse', '-m', message])
  await visit.gateway.restart()
  const page = await visit.open('/')
  const card = page.locator('.card', { hasText: 'greenhouse' })
  await card.getByText('kept by the broker').waitFor()
  expect(await card.locator('dd .doubt').first().getAttribute('title')).toContain('kept by the broker')
  expect(await violations(page)).toEqual([])
  await card.getByRole('link').click()
  const panel = page.getByRole('region', { name: 'Temperature' })
  await panel.locator('.panel-note').getByText('kept by the broker').waitFor()
  await panel.locator('.chart').press('End')
  expect(await panel.locator('.panel-when').innerText()).toMatch(/^◇ kept by the broker · \d/)
  expect(await violations(page)).toEqual([])
  await shoot(page, 'doubtful')
  // A fresh one is trusted again.
  await visit.publish('sensors/greenhouse', '{"temperature": 28}')
  await panel.locator('.chart').press('Escape')
  await expect.poll(() => panel.locator('.panel-when').innerText()).not.toContain('kept')
})

it('draws a switch that nobody has touched for longer than the chart from its left edge', async () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  await visit.publish('sensors/door', JSON.stringify({ window: true, time: ago(180) }))
  await visit.publish('sensors/door', JSON.stringify({ window: false, time: ago(10) }))
  // What was before a range is told from the disk.
  const stored = async () => {
    const query = '/api/history?device=mqtt:door&metric=window&from=4h'
    return (await visit.gateway.get<{ series: { changes: object[] }[] }>(query)).series[0]?.changes.length
  }
  await expect.poll(stored).toBe(2)
  const page = await visit.open('/#/device/mqtt:door')
  const panel = page.getByRole('region', { name: 'Window' })
  for (const [range, share] of [
    ['15 min', 0.01],
    ['1 h', 0.01],
    // Here its beginning is seen: half of the chart is empty.
    ['6 h', 0.55],
  ] as const) {
    await page.getByRole('button', { name: range, exact: true }).click()
    const first = async () => {
      await panel.locator('.chart').press('Home')
      return panel.locator('.panel-text').innerText()
    }
    await expect.poll(first).toBe('open')
    const isDrawn = `(() => {
      const canvas = document.querySelector('[aria-label="Window"] canvas')
      const { left, width } = document.querySelector('.u-over').getBoundingClientRect()
      const x = left - canvas.getBoundingClientRect().left + width * ${share}
      return canvas.getContext('2d').getImageData(x * devicePixelRatio, canvas.height / 3, 1, 1).data[3]
    })()`
    await expect.poll(() => page.evaluate(isDrawn)).toBeGreaterThan(50)
    await panel.locator('.chart').press('Escape')
  }
  await shoot(page, 'states')
})
