import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Everything that WCAG 2.0 to 2.2 asks for at the levels A and AA, as far as a program can tell. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Violations of WCAG 2.2 AA on the page as it is shown: the rule, and the elements. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source)
  // This rule of 2.2 is not on by itself.
  const options = { runOnly: rules, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] }
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary?.replace(/\s+/g, ' ')}`),
  )
}
