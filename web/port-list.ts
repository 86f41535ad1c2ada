import { getJson } from './api.ts'
import { createCopyLine } from './copy.ts'
import { h } from './dom.ts'
import { createPoll } from './poll.ts'

/** A port of GET /api/ports, as far as a person is told. */
export interface WirePort {
  readonly path: string
  readonly usb?: object
  readonly manufacturer?: string
  readonly model?: string
  readonly profiles: readonly string[]
  readonly configured: boolean
  readonly lines: string
}

const pollEveryMs = 5000

/**
 * The serial ports that were found and are not read yet, with the lines that would add them; kept fresh while asked for,
 * so that a sensor appears when it is plugged in. Empty where there are none, and for those who may not add one.
 */
export function createPortList(): { element: HTMLElement; poll(on: boolean): void; dispose(): void } {
  const element = h('div')
  let shown = ''
  const poll = createPoll(pollEveryMs, load, (error) => {
    // Whoever may not change the configuration need not know.
    if (error.status === 403) poll.run(false)
  })

  async function load(signal: AbortSignal): Promise<void> {
    const ports = unread(await getJson<WirePort[]>('/api/ports', signal))
    const next = JSON.stringify(ports)
    if (next === shown) return
    shown = next
    element.replaceChildren(...(ports.length === 0 ? [] : portRows(ports)))
  }

  return { element, poll: poll.run, dispose: () => poll.run(false) }
}

/** Those worth offering. A bare UART is on every board, whether something is connected or not. */
export function unread(ports: readonly WirePort[]): WirePort[] {
  return ports.filter(({ configured, usb }) => !configured && usb !== undefined)
}

function portRows(ports: readonly WirePort[]): HTMLElement[] {
  return [
    h('h2', {}, ports.length === 1 ? 'A serial port was found' : `${ports.length} serial ports were found`),
    h(
      'p',
      { class: 'hint' },
      'None is opened unasked: another program may own it. To read one, add these lines to ',
      h('code', {}, 'rivulet.yaml'),
      ' and start the gateway again.',
    ),
    ...ports.map(portRow),
  ]
}

function portRow({ path, manufacturer, model, profiles, lines }: WirePort): HTMLElement {
  const line = createCopyLine()
  line.set(lines)
  const maker = [manufacturer, model].filter(Boolean).join(' ')
  const guess = profiles.length > 0 ? `perhaps ${profiles.join(' or ')}` : ''
  return h(
    'div',
    { class: 'port' },
    h('p', { class: 'port-name' }, [path, maker, guess].filter(Boolean).join(' · ')),
    line.element,
  )
}
