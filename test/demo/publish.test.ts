import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import { expect, it } from 'vitest'
import { openDemo } from '../../src/demo/demo.ts'
import { freePort } from '../setup/free-port.ts'

it('publishes over MQTT, with a user where the broker wants one, although the broker came later', async () => {
  const topics = new Set<string>()
  const broker = await Aedes.createBroker({
    authenticate: (_, username, password, done) => done(null, username === 'demo' && password?.toString() === 'pw'),
  })
  broker.on('publish', ({ topic }) => topics.add(topic))
  const server = createServer(broker.handle)
  const port = await freePort()
  const demo = await openDemo(100)
  demo.publishTo({ url: `mqtt://127.0.0.1:${port}`, username: 'demo', password: 'pw' })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await expect.poll(() => topics.has('tele/simulated_washer/SENSOR')).toBe(true)
  await demo.close()
  await new Promise((resolve) => {
    server.close(resolve)
    broker.close()
  })
})
