import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, type Connection, createClient } from '../client/client.ts'
import { socketFetch } from '../client/socket.ts'
import { clientSettings, dataFolder } from '../config/load.ts'
import { GatewayError } from '../errors.ts'

/** How a command is told which gateway it means. */
export interface GatewayOptions {
  readonly url?: string
  readonly config?: string
  readonly data?: string
}

/** A remote gateway where a URL is given; else the one on this machine, through its socket, which needs no token. */
export function connectionTo(options: GatewayOptions): Connection {
  const { url, token } = clientSettings()
  const remote = options.url ?? url
  if (remote !== undefined) {
    if (!/^https?:\/\/[^/]/.test(remote) || !URL.canParse(remote))
      throw new GatewayError(
        'usage',
        `${JSON.stringify(remote)} is no URL`,
        'write one such as http://raspberrypi.local:8080',
      )
    return { url: remote, ...(token && { token }) }
  }
  const folder = dataFolder({ file: options.config, data: options.data })
  const socket = join(folder, 'rivulet.sock')
  if (!existsSync(socket))
    throw new GatewayError(
      'unavailable',
      `no gateway runs here (there is no ${socket})`,
      'start it with `rivulet start`, or name another with --data or --url',
    )
  return { url: 'http://localhost', fetch: socketFetch(socket) }
}

export function clientOf(options: GatewayOptions): Client {
  return createClient(connectionTo(options))
}
