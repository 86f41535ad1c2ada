import { createServer } from 'node:http'
import { createChannel, createEventBuffer, createSession } from 'better-sse'

/** better-sse as its guide on batching says: one event buffer for all sessions, with what has come in one turn. */

const serializer = (text) => text
const channel = createChannel()
let buffer = null
let id = 0

function publish(data) {
  if (buffer === null) {
    buffer = createEventBuffer({ serializer })
    setImmediate(() => {
      for (const session of channel.activeSessions) session.batch(buffer)
      buffer = null
    })
  }
  buffer.push(data, 'message', String(++id))
}

createServer(async (req, res) => {
  if (req.method === 'GET') {
    channel.register(await createSession(req, res, { serializer }))
    return
  }
  let data = ''
  for await (const chunk of req) data += chunk
  publish(data)
  res.writeHead(204).end()
}).listen(Number(process.argv[2]), '127.0.0.1')
