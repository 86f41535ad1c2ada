import { ageText } from './age.ts'
import { getJson } from './api.ts'
import { gatewayNow } from './clock.ts'
import { h } from './dom.ts'
import { createPoll } from './poll.ts'

interface InputState {
  readonly name: string
  readonly kind: string
  readonly status: string
  readonly detail?: string
  readonly since?: number | string
  readonly received?: number
  readonly dropped?: number
}

interface Ready {
  readonly inputs?: readonly InputState[]
}

const pollEveryMs = 3000
const kinds: Record<string, string> = { mqtt: 'MQTT broker', broker: 'Built-in MQTT broker', serial: 'Serial port' }
const tones: Record<string, string> = {
  connected: 'online',
  connecting: 'unknown',
  waiting: 'wait',
  paused: 'wait',
}

/** The gateway's inputs as GET /readyz has them, kept fresh while asked for. */
export function createInputList(): { element: HTMLElement; poll(on: boolean): void; dispose(): void } {
  const element = h('ul', { class: 'inputs' })
  let shown = ''
  const poll = createPoll(pollEveryMs, async (signal) => {
    const { inputs = [] } = await getJson<Ready>('/readyz', signal)
    // Most polls bring the same: do not disturb what a screen reader is at.
    const next = JSON.stringify(inputs)
    if (next === shown) return
    shown = next
    element.replaceChildren(...(inputs.length > 0 ? inputs.map(row) : [h('li', { class: 'hint' }, 'Nothing yet.')]))
  })
  return { element, poll: poll.run, dispose: () => poll.run(false) }
}

function row(input: InputState): HTMLElement {
  const facts = [
    input.received === undefined ? '' : `${input.received.toLocaleString()} received`,
    input.dropped ? `${input.dropped.toLocaleString()} dropped` : '',
    input.since === undefined ? '' : `for ${ageText(gatewayNow() - new Date(input.since).getTime())}`,
  ].filter(Boolean)
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'input-head' },
      h('span', { class: 'input-name' }, input.name),
      h('span', { class: 'input-kind' }, kinds[input.kind] ?? input.kind),
      h(
        'span',
        { class: 'status', 'data-status': tones[input.status] ?? 'unknown' },
        h('span', { class: 'dot' }),
        input.status.charAt(0).toUpperCase() + input.status.slice(1),
      ),
    ),
    h('p', { class: 'hint' }, facts.join(' · ')),
    input.detail ? h('p', { class: 'input-detail' }, input.detail) : null,
  )
}
