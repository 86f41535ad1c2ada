import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, tell, thousands } from '../child.ts'
import type { ClientOrder, ClientReport } from '../fanout-clients.ts'
import { printCells } from '../row.ts'
import { type Peer, peers, type Running } from './peers.ts'

export { missingPeers } from './peers.ts'

const subscribers = 1000
const runMs = 2000
/** Messages a second offered at first, and how much more each time. */
const [rateFirst, rateMax, rateStep] = [50, 16_000, Math.SQRT2]
/** Below this share of what was offered a server is behind; one that is so at four rates in a row is at its limit. */
const [keptUp, behindMax] = [0.8, 4]

/** What Rivulet must reach, as a multiple of nchan. */
const target = 10

/**
 * `npm run bench -- --peers`: the most frames a second that each server delivers to 1,000 subscribers, whatever the rate
 * of messages at which it does; the same payload and the same subscribers for all. Prints a table; false when the target
 * is missed.
 */
export async function comparePeers(): Promise<boolean> {
  const results: { peer: Peer; framesPerSecond: number }[] = []
  for (const peer of peers()) {
    process.stderr.write(`measuring ${peer.name} …\n`)
    results.push({ peer, framesPerSecond: await most(peer) })
  }
  const own = results[0]!.framesPerSecond
  printCells([
    ['server', 'frames/s', 'Rivulet is', 'what it keeps'],
    ...results.map(({ peer, framesPerSecond }, index) => [
      peer.name,
      thousands(framesPerSecond),
      index === 0 ? '' : `${(own / framesPerSecond).toFixed(1)} times as fast`,
      peer.keeps,
    ]),
  ])
  const [{ model = 'unknown' } = {}] = cpus()
  process.stdout.write(
    `${subscribers} subscribers; ${cpus().length} cores (${model.trim()}), Node ${process.version}\n`,
  )
  const nchan = results.find(({ peer }) => peer.name.startsWith('nchan'))!
  return own >= target * nchan.framesPerSecond
}

/** Offers more and more, until more does not help. */
async function most(peer: Peer): Promise<number> {
  const server = await peer.start()
  const audience = startChild('fanout-clients')
  try {
    const request = `GET ${server.path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`
    await tell(audience, { port: server.port, count: subscribers, request } satisfies ClientOrder)
    let best = 0
    let behind = 0
    for (let rate = rateFirst; rate <= rateMax && behind < behindMax; rate *= rateStep) {
      await settled(audience)
      const begun = performance.now()
      await offer(server, rate)
      const { frames } = (await tell(audience, 'report')) as ClientReport
      const perSecond = (frames * 1000) / (performance.now() - begun)
      best = Math.max(best, perSecond)
      behind = perSecond < rate * subscribers * keptUp ? behind + 1 : 0
    }
    return best
  } finally {
    audience.kill()
    await server.stop()
  }
}

let published = 0

/** A steady flow of messages, as far as the server takes them. */
async function offer(server: Running, perSecond: number): Promise<void> {
  const begun = performance.now()
  for (let given = 0; ; ) {
    const elapsed = performance.now() - begun
    if (elapsed >= runMs) return
    const due = Math.floor((elapsed * perSecond) / 1000)
    while (given < due && server.publish(published + 1)) {
      published++
      given++
    }
    // What was not taken is not offered later at once.
    given = due
    await sleep(1)
  }
}

/** Waits until nothing is on its way any more. */
async function settled(audience: ReturnType<typeof startChild>): Promise<void> {
  do await sleep(200)
  while (((await tell(audience, 'report')) as ClientReport).bytes > 0)
}
