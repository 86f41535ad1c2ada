import { createServer } from 'node:net'

/**
 * Linux gives ports above these to connections, and to listeners that take any (`ip_local_port_range`): a port among them may be
 * somebody else's by the time it is listened to, and while a program that is started again is away.
 */
const [least, most] = [10_000, 32_767]

/** Test files run in processes of their own, side by side: each begins elsewhere. */
let next = process.pid * 101

/** A port of loopback that is free, and that nobody is given by chance; never the same one twice in a row. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = least + (next++ % (most - least))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
