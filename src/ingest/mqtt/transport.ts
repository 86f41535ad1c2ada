import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { MqttClient } from 'mqtt'
import { streamBuilder as openWebSocket } from 'mqtt/lib/connect/ws'
import { GatewayError } from '../../errors.ts'

/** Where a broker is and how it is reached. */
export interface Endpoint {
  readonly protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss'
  readonly host: string
  readonly port: number
  /** Path and query, for WebSockets. */
  readonly path: string
  /** From the URL, where it holds them. */
  readonly username?: string
  readonly password?: string
}

export interface TlsOptions {
  /** PEM file with the authorities to trust instead of the system's, for a broker with a certificate of its own making. */
  readonly caFile?: string
  /** PEM files with the gateway's own certificate and key, where the broker asks for one. */
  readonly certFile?: string
  readonly keyFile?: string
}

/** PEM texts, as `node:tls` takes them. */
export interface TlsMaterial {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

const defaultPorts: Record<string, number> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 }

/** Reads a broker's URL; throws GatewayError `config` when it is none. Ports default to IANA's 1883 and 8883, or HTTP's. */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const protocol = url?.protocol.slice(0, -1)
  if (!url?.hostname || !protocol || !(protocol in defaultPorts))
    throw new GatewayError(
      'config',
      `"${withoutSecrets(text)}" is not the URL of an MQTT broker`,
      'write mqtt://host:1883, or mqtts, ws or wss',
    )
  return {
    protocol: protocol as Endpoint['protocol'],
    // Brackets belong to the URL, not to an IPv6 address.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || defaultPorts[protocol]!,
    path: `${url.pathname || '/'}${url.search}`,
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
  }
}

/** The URL as it may be shown: without user and password. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//')
}

/** Reads the files; throws GatewayError `config` for one that cannot be read. */
export function readTlsMaterial({ caFile, certFile, keyFile }: TlsOptions): TlsMaterial {
  return {
    ...(caFile && { ca: readPem(caFile) }),
    ...(certFile && { cert: readPem(certFile) }),
    ...(keyFile && { key: readPem(keyFile) }),
  }
}

/** Begins to connect. What is written before the connection stands waits in the stream; failures arrive as `error`. */
export function openTransport(client: MqttClient, { protocol, host, port, path }: Endpoint, tls: TlsMaterial): Duplex {
  switch (protocol) {
    case 'mqtt':
      return connectTcp({ host, port, noDelay: true })
    case 'mqtts':
      return connectTls({ ...tls, host, port, ...(isIP(host) === 0 && { servername: host }) }).setNoDelay(true)
    default: {
      const hostname = host.includes(':') ? `[${host}]` : host
      return openWebSocket(client, { protocol, hostname, port, path, wsOptions: tls }) as Duplex
    }
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new GatewayError('config', `cannot read ${file}: ${(error as Error).message}`, 'name a readable PEM file')
  }
}
