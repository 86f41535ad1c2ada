import { afterEach, expect, it } from 'vitest'
import { createClient, type FollowEvent, type FollowState } from '../../src/client/client.ts'
import { type Answer, beginStream, type FakeGateway, reading, startFakeGateway } from './fake-gateway.ts'

let gateway: FakeGateway
afterEach(() => gateway.close())

async function connect(answer: Answer) {
  gateway = await startFakeGateway(answer)
  return createClient({ url: gateway.url })
}

/** The first event; leaving the loop closes the connection. */
async function first(following: AsyncIterable<FollowEvent>): Promise<FollowEvent | undefined> {
  for await (const event of following) return event
  return undefined
}

it('comes back when a proxy asks it to, and not before', async () => {
  const client = await connect((response, _, attempt) => {
    if (attempt === 1) response.writeHead(429, { 'retry-after': '1' }).end()
    else {
      beginStream(response)
      response.write(reading(1))
    }
  })
  const delays: number[] = []
  const onState = (state: FollowState) => state.state === 'waiting' && delays.push(state.delayMs)
  expect(await first(client.follow({ onState }))).toMatchObject({ id: 'run.1' })
  expect(delays).toHaveLength(1)
  expect(delays[0]).toBeGreaterThanOrEqual(1000)
})

it('is not begun where no request can be made, since waiting mends neither a URL nor a token', async () => {
  await connect((response) => response.end())
  for (const url of ['raspberrypi.local:8080', '', 'ftp://raspberrypi.local'])
    await expect(first(createClient({ url }).follow()), url).rejects.toMatchObject({
      name: 'ClientError',
      status: 0,
      message: `${JSON.stringify(url)} is no URL of a gateway`,
      hint: 'write one such as http://raspberrypi.local:8080',
    })
  const refused = await first(createClient({ url: gateway.url, token: 'rvl_…' }).follow()).catch((error) => error)
  expect(refused).toMatchObject({ name: 'ClientError', status: 0, hint: expect.stringContaining('rvl_') })
  expect(gateway.requests).toHaveLength(0)
})
