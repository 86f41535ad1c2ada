import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { patienceMs } from './patience.ts'

/**
 * Debian's Chromium, headless. Tests run as root in containers, where its sandbox cannot; what it would ask its maker for
 * is switched off.
 */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page, and everything on it that must not happen. */
export interface WatchedPage {
  readonly page: Page
  /** Errors, violations of the Content-Security-Policy, and requests to anywhere but `origin`. */
  readonly faults: readonly string[]
  /** Takes those away that the test meant to happen. */
  forgive(expected: RegExp): void
}

/** Opens an address in a context of its own: no cookies, storage or workers of other tests. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const { origin } = new URL(url)
  let faults: string[] = []
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // Losing the connection is said on the console by the browser itself, whatever a page does about it.
    if (message.type() === 'error' && !/net::ERR_|EventSource/.test(message.text())) faults.push(message.text())
  })
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`request: ${request.url()}`)
  })
  await page.goto(url)
  return {
    page,
    get faults() {
      return faults
    },
    forgive(expected) {
      faults = faults.filter((fault) => !expected.test(fault))
    },
  }
}
