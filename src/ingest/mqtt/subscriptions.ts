import type { Connection } from './connection.ts'

/** Remembers over restarts which topics the broker's session may hold. */
export interface SubscribedTopics {
  load(): readonly string[]
  save(topics: readonly string[]): void
}

/**
 * Makes the broker's session hold exactly `topics`. They are subscribed on every connection, also in a session that has
 * them: it costs one packet, mends a session that somebody else changed, and brings the newest retained messages, which
 * no broker queues for us while we are away when they were published at QoS 0.
 *
 * @returns what a person should know about what the broker granted, undefined when all is well
 */
export async function keepSubscribed(
  connection: Pick<Connection, 'subscribe' | 'unsubscribe'>,
  topics: readonly string[],
  sessionPresent: boolean,
  remembered: SubscribedTopics = { load: () => [], save: () => {} },
): Promise<string | undefined> {
  const before = sessionPresent ? remembered.load() : []
  const removed = before.filter((topic) => !topics.includes(topic))
  // Saved before the broker hears of it: what it may hold is never forgotten, whenever the power fails.
  remembered.save([...topics, ...removed])
  const granted = await connection.subscribe(topics)
  if (removed.length > 0) {
    await connection.unsubscribe(removed)
    remembered.save(topics)
  }
  const refused = topics.filter((_, i) => granted[i]! >= 128)
  if (refused.length > 0) return `the broker does not let this user read ${refused.join(', ')}`
  const unsafe = topics.filter((_, i) => granted[i] === 0)
  if (unsafe.length > 0) return `the broker grants only QoS 0 for ${unsafe.join(', ')}: it may lose messages`
  return undefined
}
