import { setTimeout as sleep } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Numbered, Witness } from './ledger.ts'

export interface Gap {
  readonly from: number
  readonly to: number
  readonly reason: string
}

export interface FollowerOptions {
  /** How long it takes over each piece that it reads, in ms. */
  readonly paceMs?: number
  readonly onGap?: () => void
}

/** A client that always comes back, with the last id it was given. */
export interface Follower {
  readonly gaps: readonly Gap[]
  /** Answers other than 200: an EventSource would never have come back (HTML §9.2.3). */
  readonly refusals: readonly string[]
  /** How often it was connected. */
  readonly connections: number
  stop(): Promise<void>
}

/** How long it waits before it comes back: much less than the gateway asks for, so that a trial takes a second. */
const backoffMs = 50

/**
 * Follows a stream from the first reading on and tells the witness what it is shown. It is written to the standard (HTML §9.2.6)
 * and PROTOCOL.md, with nothing of ours in it: what is tested must not check itself.
 * @param base of the gateway; asked again for each connection, since a gateway may come back elsewhere
 * @param query such as `device=mqtt:a`
 */
export function startFollower(
  witness: Pick<Witness, 'saw'>,
  base: () => string,
  query = '',
  { paceMs = 0, onGap = () => {} }: FollowerOptions = {},
): Follower {
  const leaving = new AbortController()
  const gaps: Gap[] = []
  const refusals: string[] = []
  let connections = 0
  let lastId: string | undefined

  const take = ({ id, event, data }: EventSourceMessage) => {
    if (id !== undefined) lastId = id
    if (event === undefined) witness.saw(JSON.parse(data) as Numbered)
    else if (event === 'gap') {
      gaps.push(JSON.parse(data) as Gap)
      onGap()
    }
  }
  const connectOnce = async () => {
    const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) }
    const response = await fetch(`${base()}/api/stream?after=0&${query}`, { headers, signal: leaving.signal })
    if (response.status !== 200) refusals.push(`${response.status} ${await response.text()}`)
    connections++
    const parser = createParser({ onEvent: take })
    const text = new TextDecoder()
    for await (const chunk of response.body!) {
      parser.feed(text.decode(chunk, { stream: true }))
      if (paceMs > 0) await sleep(paceMs, undefined, { signal: leaving.signal })
    }
  }
  const following = (async () => {
    while (!leaving.signal.aborted) {
      // A gateway that is away, or breaks off in the middle of an event: what came whole counts, the rest comes again.
      await connectOnce().catch(() => {})
      await sleep(backoffMs, undefined, { signal: leaving.signal }).catch(() => {})
    }
  })()

  return {
    gaps,
    refusals,
    get connections() {
      return connections
    },
    async stop() {
      leaving.abort()
      await following
    },
  }
}
