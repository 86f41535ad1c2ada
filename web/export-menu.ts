import type { Millis, Seq } from '../src/reading.ts'
import { h, setText } from './dom.ts'
import { type ExportFormat, type ExportLine, exportReadings } from './export.ts'
import { icon } from './icon.ts'
import { createMenu } from './menu.ts'

const numbers = new Intl.NumberFormat()

/**
 * A menu that saves the raw readings of what the charts show, as a file.
 * @param name what its name begins with
 */
export function createExportMenu(
  name: string,
  lines: () => readonly ExportLine[],
  shown: () => readonly [from: Millis, to: Millis],
  head: () => Seq,
): { element: HTMLElement; dispose(): void } {
  let running: AbortController | undefined
  const state = h('p', { class: 'hint', role: 'status' })
  const cancel = h(
    'button',
    { type: 'button', class: 'button', hidden: true, onclick: () => running?.abort() },
    'Cancel',
  )
  const choice = (format: ExportFormat, label: string) =>
    h('button', { type: 'button', class: 'button', onclick: () => void save(format) }, label)
  const { element } = createMenu(
    h('summary', { class: 'button' }, icon('download'), h('span', {}, 'Export')),
    h(
      'div',
      { class: 'menu-body' },
      h('p', { class: 'hint' }, 'All readings in the time shown'),
      h('div', { class: 'menu-choices' }, choice('csv', 'CSV'), choice('ndjson', 'NDJSON')),
      state,
      cancel,
    ),
  )

  async function save(format: ExportFormat): Promise<void> {
    running?.abort()
    const own = new AbortController()
    running = own
    cancel.hidden = false
    setText(state, 'Reading…')
    const [from, to] = shown()
    try {
      const { file, rows, isCut } = await exportReadings(
        { lines: lines(), from, to, format, head: head() },
        own.signal,
        (count) => setText(state, `${numbers.format(count)} readings…`),
      )
      download(file, `${name.replaceAll(':', '_')}_${stamp(from)}_${stamp(to)}.${format}`)
      setText(state, `${numbers.format(rows)} readings saved${isCut ? '; older ones are no longer kept' : ''}.`)
    } catch (error) {
      if (running !== own) return
      setText(state, own.signal.aborted ? 'Cancelled.' : `Not exported: ${(error as Error).message}.`)
    }
    if (running === own) cancel.hidden = true
  }

  return { element, dispose: () => running?.abort() }
}

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  h('a', { href: url, download: name }).click()
  // The browser has taken hold of the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** `20261122T100000Z`: no colons, which Windows does not take in names. */
function stamp(time: Millis): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
}
