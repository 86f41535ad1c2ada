import { getJson } from './api.ts'
import { h, setText } from './dom.ts'
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

/** Reasons in words; one that is not here is shown as it came. */
const reasons: Record<string, string> = {
  unknown_topic:
    'No device family knows this topic, and no field has a name that is known. Publish to sensors/<device>, or add a profile.',
  json_syntax: 'This is not valid JSON.',
  not_utf8: 'The text is not UTF-8.',
  null_value: 'The value is null: the device has nothing to say.',
  out_of_range: 'The value lies outside what this sensor can measure.',
  no_value: 'There is no value in it.',
  empty: 'The message is empty.',
  type_mismatch: 'The value has another type than this metric needs.',
  sentinel: 'The device sends this value when it has none.',
  not_finite: 'The value is not a finite number.',
  truncated: 'The message ends too early.',
  checksum_mismatch: 'The checksum does not match: a disturbed line, or a wrong baud rate.',
  clock_invalid: 'The time in it cannot be right.',
  bad_frame: 'The bytes are not a frame of this protocol.',
  too_many_fields: 'It has more fields than are accepted.',
  no_decoder: 'The protocol was recognised, but not what is in it.',
  ambiguous_metric: 'It is not clear which metric this value belongs to.',
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
      [reasons[entry.reason], whereText(entry), `From ${entry.source}.`].filter(Boolean).join(' '),
    ),
    h('pre', { tabindex: '0', 'aria-label': 'Bytes as they came' }, bytesText(entry)),
  )
}

/** As text where a person can read it, else as pairs of hex digits. */
function bytesText({ text, hex }: RejectedEntry): string {
  if (text !== undefined && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return text === '' ? '(empty)' : text
  return hex.replace(/../g, '$& ').trimEnd()
}

function whereText({ where }: RejectedEntry): string {
  return where && where !== 'message' ? `Field ${where}.` : ''
}
