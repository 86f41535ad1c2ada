import { chmod, rm } from 'node:fs/promises'
import { connect, isIP, type Server } from 'node:net'
import { GatewayError } from '../errors.ts'
import { isLoopbackName } from './access.ts'

export interface Address {
  /** IP address or name; `0.0.0.0` or `::` for all. */
  readonly host: string
  readonly port: number
}

/** Whether only programs on this machine can reach the address. */
export function isLoopback({ host }: Address): boolean {
  return isLoopbackName(isIP(host) === 6 ? `[${host}]` : host.toLowerCase())
}

/**
 * Listens on an address; port 0 takes a free one.
 * @throws GatewayError `conflict` when the port is in use, `config` when it cannot be had at all
 */
export async function listenTcp(server: Server, address: Address): Promise<Address> {
  try {
    await listening(server, address)
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, address)
  }
  const { address: host, port } = server.address() as { address: string; port: number }
  return { host, port }
}

/**
 * Listens on a socket file that only our own user can open. One left behind by a crash is replaced.
 * @throws GatewayError `conflict` when another gateway answers there
 */
export async function listenFile(server: Server, path: string): Promise<void> {
  // sun_path holds 108 bytes with its final NUL (unix(7)); a longer path would be cut without a word.
  if (Buffer.byteLength(path) > 107)
    throw new GatewayError('config', `${path} is too long for a socket`, 'choose a data folder with a shorter path')
  try {
    await listening(server, { path })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (await answers(path))
      throw new GatewayError('conflict', `another gateway answers on ${path}`, 'stop it, or choose another data folder')
    await rm(path, { force: true })
    await listening(server, { path })
  }
  await chmod(path, 0o600)
}

function listening(server: Server, where: Address | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

function explain(error: NodeJS.ErrnoException, { host, port }: Address): Error {
  const place = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  switch (error.code) {
    case 'EADDRINUSE':
      return new GatewayError(
        'conflict',
        `${place} is in use`,
        'stop what listens there, or choose another port with --http or http.listen',
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new GatewayError(
        'config',
        `${host} is no address of this machine`,
        'use one of its own, or 0.0.0.0 for all',
      )
    case 'EACCES':
      return new GatewayError('config', `no right to listen on ${place}`, 'use a port above 1023')
    default:
      return error
  }
}
