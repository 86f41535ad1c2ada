import { setTimeout as later } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type FollowEvent, type FollowOptions, type FollowState } from '../../src/client/client.ts'
import fc from '../setup/properties.ts'
import { type Answer, beginStream, cursor, type FakeGateway, gap, reading, startFakeGateway } from './fake-gateway.ts'

let gateway: FakeGateway
afterEach(() => gateway.close())

async function connect(answer: Answer) {
  gateway = await startFakeGateway(answer)
  return createClient({ url: gateway.url, token: 'secret' })
}

/** The first `count` events; leaving the loop closes the connection. */
async function take(following: AsyncIterable<FollowEvent>, count: number): Promise<FollowEvent[]> {
  const events: FollowEvent[] = []
  for await (const event of following) {
    events.push(event)
    if (events.length === count) break
  }
  return events
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await later(5)
}

function idOf(event: FollowEvent): string {
  return event.type === 'device' ? event.device.id : event.id
}

describe('a followed stream', () => {
  it('asks for what it was told to, with the token in a header', async () => {
    const client = await connect((response) => {
      beginStream(response)
      response.write(reading(1))
    })
    const options = {
      device: ['a:*', 'b'],
      metric: 'temperature',
      channel: ['x', ''],
      tag: 'floor:1',
      every: '10s',
      deadband: 0.5,
      last: 3,
    }
    await take(client.follow(options), 1)
    const { url, headers } = gateway.requests[0]!
    expect(url).toBe(
      '/api/stream?device=a%3A*&device=b&metric=temperature&channel=x&channel=&tag=floor%3A1&every=10s&deadband=0.5&last=3',
    )
    expect(headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer secret' })
    expect(headers).not.toHaveProperty('last-event-id')
  })

  it('hands on readings, gaps and status changes, and keeps cursors to itself', async () => {
    const client = await connect((response) => {
      beginStream(response)
      response.write(
        `${cursor(4)}${gap(1, 4, 'retention')}event: device\ndata: {"id":"a:b","status":"offline","time":"t"}\n\n`,
      )
      response.write(`event: from-the-future\ndata: {}\n\n${reading(7)}`)
    })
    const following = client.follow()
    const events = await take(following, 3)
    expect(events).toEqual([
      { type: 'gap', id: 'run.4', gap: { from: 1, to: 4, reason: 'retention' } },
      { type: 'device', device: { id: 'a:b', status: 'offline', time: 't' } },
      expect.objectContaining({
        type: 'reading',
        id: 'run.7',
        reading: expect.objectContaining({ seq: 7, unit: 'Cel' }),
      }),
    ])
  })

  it('is refused a second gap that lies before the first', async () => {
    const client = await connect((response, _, attempt) => {
      beginStream(response)
      response.write(attempt === 1 ? gap(1, 9, 'retention') + gap(1, 4, 'retention') : reading(10))
    })
    expect((await take(client.follow(), 2)).map(idOf)).toEqual(['run.9', 'run.10'])
  })

  it('goes on at the last event after the server ended, without the way it had started', async () => {
    const client = await connect((response, request, attempt) => {
      beginStream(response)
      if (attempt === 1) response.end(cursor(1) + reading(2) + cursor(5))
      else response.write(reading(6, 'run', String(request.headers['last-event-id'])))
    })
    const events = await take(client.follow({ device: 'a:b', last: 5 }), 2)
    expect(events.map(idOf)).toEqual(['run.2', 'run.6'])
    expect(events[1]).toMatchObject({ reading: { value: 'run.5' } })
    expect(gateway.requests[1]!.url).toBe('/api/stream?device=a%3Ab')
  })

  it('can be taken up by another program from the place it stored', async () => {
    const client = await connect((response, request) => {
      beginStream(response)
      const after = Number(request.headers['last-event-id']?.toString().split('.')[1] ?? 0)
      response.write(cursor(after) + reading(after + 1) + reading(after + 2))
    })
    const stored: (string | undefined)[] = []
    const first = client.follow()
    for await (const event of first) {
      stored.push(first.lastEventId)
      expect(first.lastEventId).toBe(idOf(event))
      break
    }
    const next = await take(client.follow({ lastEventId: stored[0]! }), 2)
    expect(next.map(idOf)).toEqual(['run.2', 'run.3'])
  })

  it('takes nothing twice: a stream that goes backwards is given up and asked again', async () => {
    const client = await connect((response, request, attempt) => {
      beginStream(response)
      if (attempt === 1) response.write(reading(5) + reading(5) + reading(6))
      else response.write(reading(6, 'run', String(request.headers['last-event-id'])))
    })
    const events = await take(client.follow(), 2)
    expect(events.map(idOf)).toEqual(['run.5', 'run.6'])
    expect(events[1]).toMatchObject({ reading: { value: 'run.5' } })
  })

  it.each(['epoch', 'future'])('counts anew after a gap with reason %s', async (reason) => {
    const client = await connect((response) => {
      beginStream(response)
      response.write(reading(900) + gap(0, 3, reason, 'other') + reading(4, 'other'))
    })
    expect((await take(client.follow(), 3)).map(idOf)).toEqual(['run.900', 'other.3', 'other.4'])
  })

  it.each([
    ['an event without id', 'data: {"seq":1}\n\n'],
    ['an id that is none', 'id: 12\ndata: {"seq":1}\n\n'],
    ['data that is no JSON', 'id: run.1\ndata: {"se\n\n'],
    ['data that is no object', 'id: run.1\ndata: 5\n\n'],
  ])('is asked again after %s', async (_, broken) => {
    const client = await connect((response, __, attempt) => {
      beginStream(response)
      response.write(attempt === 1 ? broken : reading(1))
    })
    expect((await take(client.follow(), 1)).map(idOf)).toEqual(['run.1'])
  })

  it('notices a connection that died without a word', async () => {
    const client = await connect((response, _, attempt) => {
      beginStream(response)
      response.write(reading(Math.min(attempt, 2)))
    })
    const states: FollowState[] = []
    const options: FollowOptions = { stallMs: 1000, onState: (state) => states.push(state) }
    expect((await take(client.follow(options), 2)).map(idOf)).toEqual(['run.1', 'run.2'])
    expect(states.slice(0, 3).map(({ state }) => state)).toEqual(['connecting', 'live', 'waiting'])
    expect(states[2]).toMatchObject({ reason: 'nothing came for 1 s' })
  })

  it('does not wait for ever for an answer', async () => {
    const client = await connect((response, _, attempt) => {
      if (attempt === 1) return
      beginStream(response)
      response.write(reading(1))
    })
    const reasons: string[] = []
    const onState = (state: FollowState) => state.state === 'waiting' && reasons.push(state.reason)
    expect((await take(client.follow({ stallMs: 300, onState }), 1)).map(idOf)).toEqual(['run.1'])
    expect(reasons[0]).toBe('nothing came for 0.3 s')
  })

  it('takes heartbeats for life', async () => {
    const client = await connect((response) => {
      beginStream(response)
      let seq = 0
      const timer = setInterval(() => response.write(++seq < 12 ? cursor(seq) : reading(seq)), 150)
      response.on('close', () => clearInterval(timer))
    })
    expect((await take(client.follow({ stallMs: 1500 }), 1)).map(idOf)).toEqual(['run.12'])
    expect(gateway.requests).toHaveLength(1)
  })

  it('comes back through overload, a proxy alone, and no server at all', async () => {
    const client = await connect((response, request, attempt) => {
      if (attempt === 1) beginStream(response)
      if (attempt === 1) response.end()
      else if (attempt === 2) response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')
      else if (attempt === 3) response.writeHead(200, { 'content-type': 'text/html' }).end('log in')
      else if (attempt === 4) request.socket.destroy()
      else {
        beginStream(response)
        response.write(reading(1))
      }
    })
    const reasons: string[] = []
    const onState = (state: FollowState) => state.state === 'waiting' && reasons.push(state.reason)
    await take(client.follow({ onState }), 1)
    expect(reasons).toEqual([
      'the gateway ended the stream',
      'answered 502',
      'answered with text/html',
      expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/),
    ])
  })

  it('stops for good where waiting does not help, with the words of the gateway', async () => {
    const client = await connect((response) => {
      const problem = { title: 'No such token', detail: 'It was revoked.', hint: 'Make another one.' }
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
    })
    await expect(take(client.follow(), 1)).rejects.toMatchObject({
      name: 'ClientError',
      status: 401,
      message: 'It was revoked.',
      hint: 'Make another one.',
    })
    expect(gateway.requests).toHaveLength(1)
  })

  it('closes its connection when the loop is left', async () => {
    const client = await connect((response) => {
      beginStream(response)
      response.write(reading(1))
    })
    await take(client.follow(), 1)
    await until(() => gateway.open === 0)
  })

  it('ends quietly when aborted: while it reads, while it waits, and before it began', async () => {
    const client = await connect((response, _, attempt) => {
      if (attempt > 1) response.writeHead(503).end()
      else beginStream(response)
    })
    for (const wanted of ['live', 'waiting'] as const) {
      const control = new AbortController()
      const states: string[] = []
      const onState = ({ state }: FollowState) => {
        states.push(state)
        if (state === wanted) setImmediate(() => control.abort())
      }
      expect(await take(client.follow({ signal: control.signal, onState }), 1)).toEqual([])
      expect(states.at(-1)).toBe(wanted)
    }
    expect(await take(client.follow({ signal: AbortSignal.abort() }), 1)).toEqual([])
    expect(gateway.requests).toHaveLength(2)
    await until(() => gateway.open === 0)
  })

  it('holds the server back while the loop is busy', async () => {
    let sent = 0
    const client = await connect((response) => {
      beginStream(response)
      const more = () => {
        while (sent < 400_000 && response.write(reading(++sent))) {}
      }
      response.on('drain', more)
      more()
    })
    for await (const event of client.follow()) {
      if (idOf(event) !== 'run.1') break
      let before = -1
      // Busy until the server cannot send any more: both socket buffers are full.
      while (before !== sent) {
        before = sent
        await later(50)
      }
      expect(sent).toBeLessThan(200_000)
    }
  })

  it('reads every reading once, in order, wherever its connections are cut', async () => {
    const total = 60
    const text = Array.from({ length: total }, (_, i) => reading(i + 1, 'run', 'é€😀'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 12, max: 4000 }), { minLength: 1, maxLength: 6 }),
        fc.nat(50),
        async (cuts, chunk) => {
          const client = await connect((response, request, attempt) => {
            response.writeHead(200, { 'content-type': 'text/event-stream' })
            const after = Number(request.headers['last-event-id']?.toString().split('.')[1] ?? 0)
            const bytes = Buffer.from(`retry: 0\n\n${cursor(after)}${text.slice(after).join('')}`)
            const cut = cuts[attempt - 1] ?? bytes.length
            for (let i = 0; i < cut; i += chunk + 40) response.write(bytes.subarray(i, Math.min(i + chunk + 40, cut)))
            if (cut < bytes.length && attempt % 2 === 0) response.destroy()
            else response.end()
          })
          const events = await take(client.follow(), total)
          await gateway.close()
          expect(events.map(idOf)).toEqual(Array.from({ length: total }, (_, i) => `run.${i + 1}`))
        },
      ),
      { numRuns: 15 },
    )
  })
})
