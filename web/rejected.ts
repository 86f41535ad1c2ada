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

/** Fields of a message that are named. */
const fieldsMax = 6

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
  /** By the entries that they show. */
  const rows = new Map<string, HTMLElement>()
  const poll = createPoll(pollEveryMs, load, (error) => {
    // A token that is for some devices only does not see bytes that may be of any.
    if (error.status === 403) setText(empty, `${error.message}.`)
  })

  async function load(signal: AbortSignal): Promise<void> {
    const entries = await getJson<RejectedEntry[]>(`/api/rejected?limit=${shownMax}`, signal)
    const messages = messagesOf(entries)
    for (const key of rows.keys()) if (!messages.has(key)) rows.delete(key)
    for (const [key, message] of messages) if (!rows.has(key)) rows.set(key, row(message))
    const next = [...messages.keys()].map((key) => rows.get(key)!)
    // Rows that stay are not touched: someone may be reading one, or has it open.
    if (next.some((element, at) => list.children[at] !== element) || next.length !== list.children.length)
      list.replaceChildren(...next)
    empty.hidden = entries.length > 0
  }

  return { element, poll: poll.run, dispose: () => poll.run(false) }
}

/** Entries by the message they are about: what is wrong with several fields of one is read together. */
function messagesOf(entries: readonly RejectedEntry[]): Map<string, readonly RejectedEntry[]> {
  const messages: RejectedEntry[][] = []
  for (const entry of entries) {
    const message = messages.at(-1)
    if (message && isOfOne(message[0]!, entry)) message.unshift(entry)
    else messages.push([entry])
  }
  return new Map(messages.map((message) => [message.map(({ id }) => id).join(), message]))
}

function isOfOne(a: RejectedEntry, b: RejectedEntry): boolean {
  return a.time === b.time && a.source === b.source && a.subject === b.subject && a.hex === b.hex
}

/** @param message its entries, in the order of its fields */
function row(message: readonly RejectedEntry[]): HTMLElement {
  const { subject, source, time } = message[0]!
  const when = new Date(time).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })
  const found = [...new Set(message.map(({ reason }) => reason))]
  const sentences = found.flatMap((reason) => [
    reasonText(reason),
    whereText(message.filter((entry) => entry.reason === reason)),
    advice[reason],
  ])
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'rejected-head' },
      h('span', { class: 'rejected-subject' }, subject),
      ...found.map((reason) => h('span', { class: 'reason' }, reason)),
      h('time', { datetime: time }, when),
    ),
    h('p', { class: 'hint' }, [...sentences, `From ${source}.`].filter(Boolean).join(' ')),
    h('pre', { tabindex: '0', 'aria-label': 'Bytes as they came' }, bytesText(message[0]!)),
  )
}

function reasonText(reason: string): string {
  const text = (reasons as Record<string, string>)[reason]
  return text ? `${capital(text)}.` : ''
}

/** As text where a person can read it, else as pairs of hex digits. */
function bytesText({ text, hex }: RejectedEntry): string {
  if (text !== undefined && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return text === '' ? '(empty)' : text
  return hex.replace(/../g, '$& ').trimEnd()
}

function whereText(entries: readonly RejectedEntry[]): string {
  const fields = entries.map(({ where }) => where).filter((where) => where && where !== 'message')
  if (fields.length === 0) return ''
  const more = fields.length > fieldsMax ? ` and ${fields.length - fieldsMax} more` : ''
  return `${fields.length === 1 ? 'Field' : 'Fields'} ${fields.slice(0, fieldsMax).join(', ')}${more}.`
}
