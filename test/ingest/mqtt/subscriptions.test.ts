import { expect, it } from 'vitest'
import { keepSubscribed } from '../../../src/ingest/mqtt/subscriptions.ts'

it('unsubscribes what the session holds and the configuration does not, and remembers the rest', async () => {
  const { said, connection, remembered } = session(['a/#', 'b/#'])
  expect(await keepSubscribed(connection, ['b/#', 'c/#'], true, remembered)).toBeUndefined()
  expect(said).toEqual(['save b/# c/# a/#', 'subscribe b/# c/#', 'unsubscribe a/#', 'save b/# c/#'])
})

it('has nothing to unsubscribe in a new session', async () => {
  const { said, connection, remembered } = session(['a/#'])
  await keepSubscribed(connection, ['b/#'], false, remembered)
  expect(said).toEqual(['save b/#', 'subscribe b/#'])
})

it('says which topics the broker refuses, and which it may lose', async () => {
  const topics = ['a/#', 'secret/#', 'b/#']
  const refusing = session([], [1, 128, 1])
  expect(await keepSubscribed(refusing.connection, topics, true)).toMatch('does not let this user read secret/#')
  const weak = session([], [1, 1, 0])
  expect(await keepSubscribed(weak.connection, topics, true)).toMatch('grants only QoS 0 for b/#: it may lose messages')
})

function session(holds: string[], granted: number[] = []) {
  const said: string[] = []
  const say = (verb: string, topics: readonly string[]) => void said.push(`${verb} ${topics.join(' ')}`)
  return {
    said,
    connection: {
      async subscribe(topics: readonly string[]) {
        say('subscribe', topics)
        return topics.map((_, i) => granted[i] ?? 1)
      },
      unsubscribe: async (topics: readonly string[]) => say('unsubscribe', topics),
    },
    remembered: { load: () => holds, save: (topics: readonly string[]) => say('save', topics) },
  }
}
