import { connect, type MqttClient } from 'mqtt'
import type { Config } from '../config/config.ts'
import { GatewayError } from '../errors.ts'
import type { Millis } from '../reading.ts'
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts'
import { serialSensor, simulatedDevices, simulatedFrame, simulatedMessages } from './sensors.ts'

/** Where the simulated MQTT sensors publish. */
export interface DemoBroker {
  readonly url: string
  /** False: whatever certificate the broker shows will do. */
  readonly rejectUnauthorized?: boolean
  readonly username?: string
  readonly password?: string
}

/** A few simulated sensors that reach the gateway as real ones would. */
export interface Demo {
  /** A configuration with the simulated serial port, and with every simulated device named as such. */
  addTo(config: Config): Config
  /** Why there is no simulated serial sensor; absent where there is one. */
  readonly withoutSerial?: GatewayError
  /** Begins to publish, and keeps trying while the broker is away. */
  publishTo(broker: DemoBroker): void
  close(): Promise<void>
}

/** Often enough to see life, rarely enough to leave a database on an SD card small. */
const everyMsDefault: Millis = 2_000

/**
 * Opens the simulated serial port, which must be there before the gateway looks for it.
 * @param everyMs how often every sensor speaks
 */
export async function openDemo(everyMs: Millis = everyMsDefault): Promise<Demo> {
  let terminal: PseudoTerminal | undefined
  let withoutSerial: GatewayError | undefined
  try {
    terminal = await openPseudoTerminal()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    withoutSerial = error
  }
  let client: MqttClient | undefined
  const timer = setInterval(() => {
    const now = Date.now()
    terminal?.write(simulatedFrame(now))
    // What cannot be sent at once would only arrive late: sensors do not hurry either.
    if (client?.connected)
      for (const { topic, payload } of simulatedMessages(now))
        client.publish(topic, payload, { qos: 1 }, () => undefined)
  }, everyMs)
  return {
    addTo: (config) => ({
      ...config,
      devices: { ...simulatedDevices, ...config.devices },
      serial: terminal ? [...config.serial, { port: terminal.path, ...serialSensor }] : config.serial,
    }),
    ...(withoutSerial && { withoutSerial }),
    publishTo: ({ url, ...credentials }) => {
      client = connect(url, { ...credentials, clientId: `rivulet-demo-${process.pid}`, reconnectPeriod: everyMs })
      // Without a listener an error would end the gateway; the page shows that the sensors are silent.
      client.on('error', () => undefined)
    },
    close: async () => {
      clearInterval(timer)
      await client?.endAsync(true)
      await terminal?.close()
    },
  }
}
