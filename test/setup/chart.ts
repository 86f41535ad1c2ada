import type { Locator } from 'playwright-core'

/** Goes over the points of a panel's chart as a person would with the keyboard. */
export async function valuesOnChart(panel: Locator): Promise<string[]> {
  const chart = panel.locator('.chart')
  const values: string[] = []
  await chart.press('Home')
  for (let steps = 0; steps < 50; steps++) {
    const value = await panel.locator('.panel-value').innerText()
    if (value === values.at(-1)) break
    values.push(value)
    await chart.press('ArrowRight')
  }
  await chart.press('Escape')
  return values.map((value) => value.split(/\s+/).find((word) => /^-?\d+(\.\d+)?$/.test(word)) ?? value)
}

/** Pixel columns of a panel's chart from the first to the last that have the line's colour, and how many of them have. */
export async function drawnColumns(panel: Locator): Promise<{ columns: number; drawn: number }> {
  const count = `(canvas) => {
    const hex = getComputedStyle(canvas).getPropertyValue('--line').trim()
    const [r, g, b] = hex.match(/\\w\\w/g).map((pair) => parseInt(pair, 16))
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const drawn = new Set()
    for (let at = 0; at < data.length; at += 4) {
      const difference = Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b)
      if (difference < 60 && data[at + 3] > 150) drawn.add((at / 4) % canvas.width)
    }
    const columns = [...drawn].sort((a, b) => a - b)
    return { columns: columns.at(-1) - columns[0] + 1, drawn: columns.length }
  }`
  const canvas = `[aria-label="${await panel.getAttribute('aria-label')}"] canvas`
  return panel.page().evaluate(`(${count})(document.querySelector('${canvas}'))`)
}
