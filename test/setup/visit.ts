import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchChromium, openPage, type WatchedPage } from './chromium.ts'
import { freePort } from './free-port.ts'
import { type GatewayProcess, quickCommits, startGateway } from './gateway.ts'
import { type Mosquitto, startMosquitto } from './mosquitto.ts'

const run = promisify(execFile)

/** Where the browser tests leave what they saw, for people to look at: an artefact of CI, not kept in git. */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))

/** A person at the page of a gateway that subscribes to mosquitto: a new gateway and broker for every test. */
export interface Visit {
  readonly browser: Browser
  readonly gateway: GatewayProcess
  readonly mosquitto: Mosquitto
  /** Opens an address of the gateway in a browser of its own. What must not happen on it fails the test. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>
  /** Takes those faults away that the test meant to happen. */
  forgive(expected: RegExp): void
  /** Sends a message, acknowledged by the broker. */
  publish(topic: string, message: string | number): Promise<void>
  /** A temperature in the attic, a second after the one before: on a chart, points of one instant are one. */
  measure(temperature: number): Promise<void>
  /** A figure of the gateway's /metrics. */
  metric(name: string): Promise<number>
}

/** Hooks for the tests of one file; what it returns is there while a test runs. */
export function useVisit(): Visit {
  let launching: Promise<Browser>
  let browser: Browser
  let mosquitto: Mosquitto
  let gateway: GatewayProcess
  let opened: WatchedPage[]
  let measuredAt: number

  beforeAll(() => {
    // Beside the first gateway.
    launching = launchChromium()
  })
  afterAll(async () => (await launching).close())

  beforeEach(async () => {
    opened = []
    measuredAt = Date.now() - 60_000
    const port = await freePort()
    const brokers = [{ url: `mqtt://127.0.0.1:${port}`, clientId: 'rivulet' }]
    const config = { ...quickCommits, mqtt: { listen: 'off', brokers } }
    ;[mosquitto, gateway, browser] = await Promise.all([
      startMosquitto({ port, config: 'persistence true' }),
      startGateway({ config }),
      launching,
    ])
    // What is published before the gateway has subscribed for the first time, no broker keeps.
    const states = async () => (await gateway.get<{ inputs: { status: string }[] }>('/readyz')).inputs
    await expect.poll(states).toEqual([expect.objectContaining({ status: 'connected' })])
  })

  afterEach(async () => {
    const faults = opened.flatMap((page) => page.faults)
    await Promise.all(opened.map(({ page }) => page.context().close()))
    await Promise.all([gateway.stop(), mosquitto.stop()])
    expect(faults).toEqual([])
  })

  async function publish(topic: string, message: string | number): Promise<void> {
    const broker = ['-h', '127.0.0.1', '-p', String(mosquitto.port), '-q', '1']
    await run('mosquitto_pub', [...broker, '-t', topic, '-m', String(message)])
  }

  return {
    get browser() {
      return browser
    },
    get gateway() {
      return gateway
    },
    get mosquitto() {
      return mosquitto
    },
    async open(path, options = {}) {
      const watched = await openPage(browser, gateway.url + path, options)
      opened.push(watched)
      return watched.page
    },
    forgive(expected) {
      for (const page of opened) page.forgive(expected)
    },
    publish,
    async measure(temperature) {
      measuredAt += 1000
      await publish('sensors/attic', JSON.stringify({ temperature, time: new Date(measuredAt).toISOString() }))
    },
    async metric(name) {
      const text = await (await fetch(`${gateway.url}/metrics`)).text()
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
    },
  }
}

/** Keeps what the page looks like now. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: `${screenshots}${name}.png` })
}
