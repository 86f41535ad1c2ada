import { expect, it } from 'vitest'
import type { Identity } from '../../src/http/access.ts'
import { TokenStore } from '../../src/http/tokens.ts'
import fc from '../setup/properties.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { openStream, readingsOf } from './read-events.ts'

/** Takes a token for its own scope: what a scope lets through is the question here, not who has it. */
class ScopesAsTokens extends TokenStore {
  override async verify(token: string): Promise<Identity> {
    return { id: token, byToken: true, admin: false, read: JSON.parse(Buffer.from(token, 'hex').toString()) }
  }

  override holds(): boolean {
    return true
  }
}

/** Few letters, so that patterns and ids meet often. */
const letters = fc.constantFrom('a', 'b', ':')
/** Within every scope and asked for every time: what it follows has come by then. */
const last = 'last'
const device = fc.string({ unit: letters, minLength: 1, maxLength: 4 })
const glob = fc.string({ unit: fc.oneof(letters, fc.constant('*')), minLength: 1, maxLength: 4 })

/** What a glob means, said in another way than the gateway does. */
function means(glob: string): RegExp {
  return new RegExp(`^${glob.replaceAll('*', '.*')}$`)
}

it('shows a token what its scope allows and the request asks for, in streams and queries alike, and nothing else', async () => {
  const store = new MemoryStore()
  const { url, directory, close } = await startServer(store, { tokens: new ScopesAsTokens(store.records) })
  const known = new Set([last])
  const meets = (globs: readonly string[], id: string) => globs.some((glob) => means(glob).test(id))
  const property = fc.asyncProperty(
    fc.array(device, { minLength: 1, maxLength: 6 }),
    fc.array(glob, { maxLength: 3 }),
    fc.array(glob, { maxLength: 2 }),
    async (devices, others, questions) => {
      const scope = [...others, last]
      const asked = questions.length === 0 ? [] : [...questions, last]
      const headers = { authorization: `Bearer ${Buffer.from(JSON.stringify(scope)).toString('hex')}` }
      const get = async (path: string) => (await fetch(url + path, { headers })).json()
      const search = asked.map((glob) => `&device=${encodeURIComponent(glob)}`).join('')
      const seen = (id: string) => meets(scope, id) && (asked.length === 0 || meets(asked, id))
      const after = store.head
      const live = await openStream(`${url}/api/stream?after=${after}${search}`, headers)
      const own = await openStream(`${url}/api/devices/${encodeURIComponent(devices[0]!)}/stream`, headers)
      await Promise.all([live.until((events) => events.length > 0), own.until((events) => events.length > 0)])
      const sent = [...devices, last]
      store.append(sent.map((device) => reading({ device })))
      for (const id of devices) {
        directory.seen(id, 'test', 'here')
        directory.setStatus(id, !known.has(id), 'device', 1)
        known.add(id)
      }
      const ids = (list: { device: string }[]) => list.map(({ device }) => device)
      const wanted = sent.filter(seen)
      const { readings } = (await get(`/api/readings?after=${after}${search}`)) as { readings: { device: string }[] }
      expect(ids(readings)).toEqual(wanted)
      expect(ids(readingsOf(await live.until((all) => readingsOf(all).some(({ device }) => device === last))))).toEqual(
        wanted,
      )
      const alone = devices.filter((id) => id === devices[0] && meets(scope, id))
      expect(ids(readingsOf(await own.until((all) => readingsOf(all).length >= alone.length)))).toEqual(alone)
      expect([...live.statuses, ...own.statuses].every(({ data }) => meets(scope, JSON.parse(data).id))).toBe(true)
      const shown = ((await get('/api/devices')) as { id: string }[]).map(({ id }) => id)
      expect(shown.sort()).toEqual([...known].filter((id) => meets(scope, id)).sort())
      for (const id of devices) {
        const { status } = await fetch(`${url}/api/devices/${encodeURIComponent(id)}`, { headers })
        expect(status, id).toBe(meets(scope, id) ? 200 : 404)
      }
      live.close()
      own.close()
    },
  )
  try {
    await fc.assert(property, { numRuns: 50 })
  } finally {
    await close()
  }
})
