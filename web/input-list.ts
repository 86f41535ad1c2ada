import type { Millis } from '../src/reading.ts'
import { ageText } from './age.ts'
import { getJson } from './api.ts'
import { gatewayNow } from './clock.ts'
import { h } from './dom.ts'
import { createPoll } from './poll.ts'

export interface InputState {
  /** What follows is for those who may read. */
  readonly name?: string
  readonly kind: string
  readonly status: string
  readonly detail?: string
  readonly since?: string
  readonly received?: number
  readonly dropped?: number
}

interface Ready {
  readonly log: { readonly state: 'ok' | 'full' | 'failed'; readonly detail?: string }
  readonly inputs: readonly InputState[]
}

const pollEveryMs = 3000
const kinds: Record<string, string> = { mqtt: 'MQTT broker', broker: 'Built-in MQTT broker', serial: 'Serial port' }
const tones: Record<string, string> = {
  connected: 'online',
  connecting: 'unknown',
  waiting: 'wait',
  paused: 'wait',
}

/**
 * The gateway's inputs as GET /readyz has them, kept fresh while asked for.
 * @param changed told what they are, when that has changed
 */
export function createInputList(changed: (inputs: readonly InputState[]) => void = () => {}): {
  element: HTMLElement
  poll(on: boolean): void
  dispose(): void
} {
  const element = h('ul', { class: 'inputs' })
  let shown = ''
  const poll = createPoll(pollEveryMs, async (signal) => {
    const { log, inputs } = await getJson<Ready>('/readyz', signal)
    // Most polls bring the same: do not disturb what a screen reader is at.
    const next = JSON.stringify([log, inputs])
    if (next === shown) return
    shown = next
    const rows = inputs.map(inputRow)
    if (rows.length === 0) rows.push(h('li', { class: 'hint' }, 'Nothing: no broker and no serial port is configured.'))
    if (log.state !== 'ok') rows.unshift(logRow(log))
    element.replaceChildren(...rows)
    changed(inputs)
  })
  return { element, poll: poll.run, dispose: () => poll.run(false) }
}

/** Shown only while something is wrong: what inputs take cannot be stored. */
function logRow({ state, detail }: Ready['log']): HTMLElement {
  return h(
    'li',
    {},
    h('div', { class: 'input-head' }, h('span', { class: 'input-name' }, 'Storage'), statusMark('offline', state)),
    detail ? h('p', { class: 'input-detail' }, detail) : null,
  )
}

function inputRow(input: InputState): HTMLElement {
  const kind = kinds[input.kind] ?? input.kind
  const isFine = input.status === 'connected'
  const facts = [
    isFine ? input.detail : '',
    input.received === undefined ? '' : `${input.received.toLocaleString()} received`,
    input.dropped ? `${input.dropped.toLocaleString()} dropped` : '',
    input.since === undefined ? '' : sinceText(gatewayNow() - new Date(input.since).getTime()),
  ].filter(Boolean)
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'input-head' },
      h('span', { class: 'input-name' }, input.name ?? kind),
      h('span', { class: 'input-kind' }, input.name ? kind : ''),
      statusMark(tones[input.status] ?? 'unknown', input.status),
    ),
    h('p', { class: 'hint' }, facts.join(' · ')),
    input.detail && !isFine ? h('p', { class: 'input-detail' }, input.detail) : null,
  )
}

/** How long it has been so: `for 5 min`. */
function sinceText(ageMs: Millis): string {
  return ageMs < 2000 ? '' : `for ${ageText(ageMs)}`
}

function statusMark(tone: string, word: string): HTMLElement {
  return h(
    'span',
    { class: 'status', 'data-status': tone },
    h('span', { class: 'dot' }),
    word.charAt(0).toUpperCase() + word.slice(1),
  )
}
