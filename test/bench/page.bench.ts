import type { CDPSession, Page } from 'playwright-core'
import { launchChromium, openPage } from '../setup/chromium.ts'
import { startGateway } from '../setup/gateway.ts'
import type { Row } from './row.ts'

const devices = 100
const readingsPerSecond = 10
const hours = 24

/** By then an hour of readings is on the charts, and the first have left. */
const filledHours = 2

const growthMost = 4

/** What a browser holds after a day, and how many frames it draws, while a hundred devices send ten readings a second each. */
export async function measure(): Promise<Row[]> {
  const gateway = await startGateway()
  const browser = await launchChromium()
  try {
    const rows: Row[] = []
    for (const [view, path] of [
      ['all devices', '/#/'],
      ['four compared', `/#/compare?${[0, 1, 2, 3].map((n) => `s=bench:${n}/temperature`).join('&')}`],
    ] as const) {
      const { page } = await openPage(browser, 'about:blank')
      await page.addInitScript(`(${fakeStream})()`)
      await page.goto(gateway.url + path)
      await page.waitForFunction('globalThis.hand')
      await page.evaluate(begin)
      rows.push(await frames(page, view), await memoryOfADay(page, view))
      await page.context().close()
    }
    return rows
  } finally {
    await browser.close()
    await gateway.stop()
  }
}

/** Readings come in real time; beside it, what the same page draws when none do. */
async function frames(page: Page, view: string): Promise<Row> {
  const drawn = async (live: boolean) => (await page.evaluate(`countFrames(${live})`)) as number
  const idle = await drawn(false)
  const busy = await drawn(true)
  return {
    name: `page, ${view}: frames/s at ${devices * readingsPerSecond} readings/s`,
    figure: busy.toFixed(0),
    limit: `${idle.toFixed(0)} without any`,
    ratio: busy / idle,
  }
}

async function memoryOfADay(page: Page, view: string): Promise<Row> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('HeapProfiler.enable')
  let filled = 0
  for (let hour = 1; hour <= hours; hour++) {
    await page.evaluate('liveAnHour()')
    if (hour === filledHours) filled = await heapMegabytes(debug)
  }
  const end = await heapMegabytes(debug)
  const shown = await page.evaluate('hand.seq')
  return {
    name: `page, ${view}: heap after a day, ${((shown as number) / 1e6).toFixed(1)} M readings`,
    figure: `${end.toFixed(1)} MB`,
    limit: `${filled.toFixed(1)} MB after ${filledHours} h`,
    ratio: end / filled,
    target: `< ${growthMost} MB more`,
    reached: end - filled < growthMost,
  }
}

/** What is still reachable, after the garbage has been collected. */
async function heapMegabytes(debug: CDPSession): Promise<number> {
  await debug.send('HeapProfiler.collectGarbage')
  return (await debug.send('Runtime.getHeapUsage')).usedSize / 1e6
}

/** Stands in for the worker that shares the stream, so that a day passes in a minute: on the page it is the real code. */
const fakeStream = `() => {
  let later = 0
  const real = Date.now
  Date.now = () => real() + later
  globalThis.SharedWorker = class {
    port = { postMessage() {}, set onmessage(listener) { globalThis.hand = Object.assign((news) => listener({ data: { news, head: hand.seq } }), { seq: 0 }) } }
  }
  const second = (share) => {
    const news = []
    for (let n = 0; n < ${devices * readingsPerSecond} * share; n++) {
      const seq = ++hand.seq
      const at = seq % ${devices}
      const value = Math.round(200 + 50 * Math.sin(seq / 90000 + at) + (seq % 7)) / 10
      news.push({ kind: 'reading', reading: { seq, device: 'bench:' + at, metric: 'temperature', unit: 'Cel', value, time: Date.now() - 1000 * share + n } })
    }
    hand(news)
  }
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn))
  globalThis.liveAnHour = async () => {
    for (let at = 1; at <= 3600; at++) {
      later += 1000
      second(1)
      // Drawing goes on meanwhile, as it would.
      if (at % 60 === 0) await frame()
    }
  }
  globalThis.countFrames = async (live) => {
    const began = performance.now()
    const feed = live && setInterval(() => second(1 / 33), 30)
    let count = 0
    while (performance.now() - began < 4000) {
      await frame()
      count++
    }
    clearInterval(feed)
    return (count * 1000) / (performance.now() - began)
  }
}`

const begin = `hand([{ kind: 'state', state: 'live' }, { kind: 'fresh' }]), countFrames(true)`
