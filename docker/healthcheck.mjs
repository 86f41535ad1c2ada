// Asks the gateway over its socket, which is there whatever address, port or certificate HTTP has.
import { get } from 'node:http'

const request = get({ socketPath: '/rivulet/data/rivulet.sock', path: '/healthz', timeout: 4000 }, (response) => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy())
request.on('error', () => {
  process.exitCode = 1
})
