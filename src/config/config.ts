import type { LineSettings } from '../framing.ts'
import type { DeviceId, Millis } from '../reading.ts'

/** Where a server listens; an IPv6 host has no brackets here. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface HttpConfig {
  readonly listen: Address
  /** PEM files, absolute. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Origins allowed to read across sites (CORS), such as `https://panel.example.org`. */
  readonly origins: readonly string[]
  /** Host names allowed besides loopback names and the machine's own. */
  readonly hosts: readonly string[]
  /** No tokens asked for, even beyond loopback. */
  readonly anonymous: boolean
  readonly maxStreams: number
}

/** A user of the embedded broker. */
export interface BrokerUser {
  readonly name: string
  readonly passwordHash: string
}

/** A broker to subscribe to. */
export interface BrokerConfig {
  /** As shown to people, and as `Frame.source`: the configured name, or the URL without secrets. */
  readonly name: string
  /** Without user and password, which stand beside it. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly clientId: string
  readonly topics: readonly string[]
  /** MQTT.js's numbers: 4 is MQTT 3.1.1, 5 is MQTT 5. Absent: whichever the broker speaks. */
  readonly protocolVersion?: 4 | 5
  /** PEM files, absolute: certificate authority, and the client's own certificate with its key. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

export interface MqttConfig {
  /** The embedded broker; null for none. */
  readonly listen: Address | null
  /**
   * Whether somebody asked for this very address. Where nobody did and a broker is there already, it is subscribed to
   * instead.
   */
  readonly listenChosen: boolean
  /** The embedded broker speaks TLS. PEM files, absolute. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly users: readonly BrokerUser[]
  /** No password asked for, even beyond loopback. */
  readonly anonymous: boolean
  readonly brokers: readonly BrokerConfig[]
}

/** One serial port. What is absent comes from the profile. */
export interface SerialConfig extends Partial<LineSettings> {
  readonly port: string
  readonly profile: string
  /** Native id to use instead of the profile's own. */
  readonly device?: string
  /** Of the devices on a bus, all asked alike; the profile's own where absent. */
  readonly addresses?: readonly number[]
}

/** What people say about a device; what they say on the page is stronger. */
export interface DeviceConfig {
  readonly name?: string
  readonly hidden?: boolean
  readonly tags: Readonly<Record<string, string | number | boolean>>
  /** By metric: stored value = value × factor + offset, in the metric's canonical unit. */
  readonly adjust: Readonly<Record<string, { readonly offset: number; readonly factor: number }>>
}

export interface LogConfig {
  /** A commit happens at the first of these three. */
  readonly commit: { readonly ageMs: Millis; readonly readings: number; readonly unacked: number }
  /** `hoursMs` is infinite when hours are kept for ever. */
  readonly keep: {
    readonly ageMs: Millis
    readonly minutesMs: Millis
    readonly hoursMs: Millis
    readonly bytes: number
  }
}

export interface LimitsConfig {
  readonly newDevicesPerHour: number
  readonly connectionsPerAddress: number
  readonly messagesPerSecond: number
  readonly messageBytes: number
  readonly fieldsPerMessage: number
}

/** rivulet.yaml and the command line, checked, with defaults filled in; paths are absolute. */
export interface Config {
  /** The file it was read from; null where there was none. */
  readonly file: string | null
  readonly data: string
  readonly http: HttpConfig
  readonly mqtt: MqttConfig
  readonly serial: readonly SerialConfig[]
  readonly devices: Readonly<Record<DeviceId, DeviceConfig>>
  /** Folder with the user's own profiles; null where there is none. */
  readonly profiles: string | null
  readonly log: LogConfig
  readonly limits: LimitsConfig
}
