import { setTimeout as sleep } from 'node:timers/promises'
import type { Framing, Poll } from '../../framing.ts'
import { createFramer } from './framers/create-framer.ts'
import type { Framer } from './framers/framer.ts'
import type { Talk, TalkHandlers } from './talk.ts'

const defaultTimeoutMs = 1000
/** Between an answer and the next request: 3.5 characters end a Modbus frame (§2.5.1.1), and slow devices need longer. */
const turnaroundMs = 50
/** After a time-out, so that a late answer is not taken for one to the next request, which may look just the same. */
const settleMs = 250
/** So many requests in a row without an answer are no chance. */
const unansweredUntilTold = 3

/** For devices that only speak when spoken to: one request at a time, that which has been due for longest first. */
export function askInTurn(framing: Framing, polls: readonly Poll[], handlers: TalkHandlers): Talk {
  const ended = new AbortController()
  let framer: Framer | null = null
  /** Requests in a row without an answer, by the address on a bus that they are for: one may be away while others answer. */
  const unanswered = new Map(polls.map((poll) => [addressOf(poll), 0]))
  let settle: (answered: boolean) => void = () => {}

  async function ask(poll: Poll, write: Write): Promise<void> {
    const { request, timeoutMs = defaultTimeoutMs } = poll
    const answer = new Promise<boolean>((resolve) => {
      settle = resolve
    })
    const onFrame = (frame: Uint8Array) => {
      handlers.onFrame(frame, request)
      settle(true)
    }
    framer = createFramer(framing, { onFrame, onReject: handlers.onReject }, { request })
    const timer = setTimeout(() => settle(false), timeoutMs)
    // A port that cannot be written to is about to end, and says so itself.
    write(request).catch(() => {})
    const answered = await answer
    clearTimeout(timer)
    framer.close()
    // What comes from now on is late, and nobody can say what it answers.
    framer = null
    if (!answered && ended.signal.aborted) return
    count(addressOf(poll), answered)
    if (!answered) await pause(settleMs)
  }

  function count(address: number, answered: boolean): void {
    const before = unanswered.get(address)!
    unanswered.set(address, answered ? 0 : before + 1)
    const hasChanged = answered ? before >= unansweredUntilTold : before + 1 === unansweredUntilTold
    if (!hasChanged) return
    const silent = [...unanswered].flatMap(([address, count]) => (count >= unansweredUntilTold ? [address] : []))
    handlers.onSilence(silent, silent.length === unanswered.size)
  }

  /** Elsewhere than on a bus there is one device, without an address. */
  function addressOf({ request }: Poll): number {
    return framing.kind === 'modbus-rtu' ? request[0]! : 0
  }

  async function askAll(write: Write): Promise<void> {
    const due = polls.map(() => performance.now())
    while (!ended.signal.aborted) {
      const next = due.indexOf(Math.min(...due))
      await pause(Math.max(turnaroundMs, due[next]! - performance.now()))
      if (ended.signal.aborted) return
      await ask(polls[next]!, write)
      // A poll that fell behind is not made up for.
      due[next] = Math.max(due[next]! + polls[next]!.everyMs, performance.now())
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: ended.signal }).catch(() => {})
  }

  return {
    begin: (write) => void askAll(write),
    hear: (bytes) => framer?.push(bytes),
    end() {
      ended.abort()
      settle(false)
    },
  }
}

type Write = (bytes: Uint8Array) => Promise<void>
