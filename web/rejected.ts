import { reasons } from '../src/decode/reason.ts'
import { getJson } from './api.ts'
import { h, setText } from './dom.ts'
import { capital } from './metric.ts'
import { createPoll } from './poll.ts'

interface RejectedEntry {
  readonly id: number
  readonly time: string
  readonly source: string
  readonly subject: string
  readonly reason: string
  readonly where: string
  readonly hex: string
  /** Where the bytes are UTF-8. */
  readonly text?: string
}

const pollEveryMs = 4000
const shownMax = 100

/** What to do about it, where the reason alone does not say. */
const advice: Record<string, string> = {
  unknown_topic: 'Publish to sensors/<device>, or add a profile.',
  checksum_mismatch: 'Often the baud rate is wrong.',
}

/** What the gateway rejected (GET /api/rejected), kept fresh while asked for. */
export function createRejectedList(): { element: HTMLElement; poll(on: boolean): void; dispose(): void } {
  const list = h('ul', { class: 'rejected' })
  const empty = h('p', { class: 'empty' }, 'Nothing was rejected.')
  const element = h('div', {}, empty, list)
  const rows = new Map<number, HTMLElement>()
  const poll = createPoll(pollEveryMs, load, (error) => {
    // A token that is for some devices only does not see bytes that may be of any.
    if (error.status === 403) setText(empty, `${error.message}.`)
  })

  async function load(signal: AbortSignal): Promise<void> {
    const entries = await getJson<RejectedEntry[]>(`/api/rejected?limit=${shownMax}`, signal)
    for (const id of rows.keys()) if (!entries.some((entry) => entry.id === id)) rows.delete(id)
    for (const entry of entries) if (!rows.has(entry.id)) rows.set(entry.id, row(entry))
    const next = entries.map(({ id }) => rows.get(id)!)
    // Rows that stay are not touched: someone may be reading one, or has it open.
    if (next.some((element, at) => list.children[at] !== element) || next.length !== list.children.length)
      list.replaceChildren(...next)
    empty.hidden = entries.length > 0
  }

  return { element, poll: poll.run, dispose: () => poll.run(false) }
}

function row(entry: RejectedEntry): HTMLElement {
  const time = new Date(entry.time)
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'rejected-head' },
      h('span', { class: 'rejected-subject' }, entry.subject),
      h('span', { class: 'reason' }, entry.reason),
      h('time', { datetime: entry.time }, time.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })),
    ),
    h(
      'p',
      { class: 'hint' },
      [reasonText(entry), whereText(entry), advice[entry.reason], `From ${entry.source}.`].filter(Boolean).join(' '),
    ),
    h('pre', { tabindex: '0', 'aria-label': 'Bytes as they came' }, bytesText(entry)),
  )
}

function reasonText({ reason }: RejectedEntry): string {
  const text = (reasons as Record<string, string>)[reason]
  return text ? `${capital(text)}.` : ''
}

/** As text where a person can read it, else as pairs of hex digits. */
function bytesText({ text, hex }: RejectedEntry): string {
  if (text !== undefined && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return text === '' ? '(empty)' : text
  return hex.replace(/../g, '$& ').trimEnd()
}

function whereText({ where }: RejectedEntry): string {
  return where && where !== 'message' ? `Field ${where}.` : ''
}
