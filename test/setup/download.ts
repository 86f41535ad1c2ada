import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

/** Presses a button of an open export menu; gives the name of the file that the browser saves, and its lines. */
export async function saveExport(page: Page, button: 'CSV' | 'NDJSON'): Promise<{ name: string; lines: string[] }> {
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: button, exact: true }).click()
  const download = await downloading
  const text = readFileSync(await download.path(), 'utf8')
  return { name: download.suggestedFilename(), lines: text.trimEnd().split(/\r?\n/) }
}
