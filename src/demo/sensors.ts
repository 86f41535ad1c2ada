import type { DeviceConfig } from '../config/config.ts'
import type { DeviceId, Millis } from '../reading.ts'

/** A message that a simulated sensor publishes. */
export interface SimulatedMessage {
  readonly topic: string
  readonly payload: string
}

/** Native id of the simulated particle sensor, and the name of its serial profile. */
export const serialSensor = { profile: 'sds011', device: 'simulated' } as const

/** How the simulated devices are named and marked, wherever they are shown. */
export const simulatedDevices: Readonly<Record<DeviceId, DeviceConfig>> = {
  'z2m:simulated_living_room': marked('Living room (simulated)'),
  'z2m:simulated_window': marked('Window (simulated)'),
  'tasmota:simulated_washer': marked('Washing machine (simulated)'),
  'sds011:simulated': marked('Air at the balcony (simulated)'),
}

/** What the MQTT sensors say at a time. The same time gives the same values, so that restarts draw no steps. */
export function simulatedMessages(time: Millis): SimulatedMessage[] {
  const temperature = 21.5 + 1.5 * wave(time, 1800) + 0.15 * noise(time, 1)
  const washing = wave(time, 240) > 0.2
  const power = washing ? 420 + 1500 * Math.max(0, wave(time, 60)) + 8 * noise(time, 2) : 0.8
  return [
    {
      topic: 'zigbee2mqtt/simulated_living_room',
      payload: JSON.stringify({
        temperature: round(temperature, 2),
        humidity: round(48 - 5 * wave(time, 1800) + 0.4 * noise(time, 3), 1),
        battery: 91,
        linkquality: Math.round(120 + 15 * noise(time, 4)),
      }),
    },
    {
      topic: 'zigbee2mqtt/simulated_window',
      payload: JSON.stringify({ contact: wave(time, 180) < 0.6, battery: 78 }),
    },
    {
      topic: 'tele/simulated_washer/SENSOR',
      payload: JSON.stringify({
        ENERGY: {
          Power: Math.round(power),
          Voltage: Math.round(231 + 2 * noise(time, 5)),
          Current: round(power / 231, 3),
        },
      }),
    },
  ]
}

/** What the particle sensor sends at a time: one frame of the Nova SDS011, as its data sheet has it. */
export function simulatedFrame(time: Millis): Uint8Array {
  const pm25 = Math.round(10 * (9 + 4 * wave(time, 900) + 0.5 * noise(time, 6)))
  const pm10 = Math.round(10 * (17 + 6 * wave(time, 900) + 0.8 * noise(time, 7)))
  const body = [pm25 & 0xff, pm25 >> 8, pm10 & 0xff, pm10 >> 8, 0x51, 0x4d]
  const sum = body.reduce((total, byte) => total + byte, 0) & 0xff
  return Uint8Array.from([0xaa, 0xc0, ...body, sum, 0xab])
}

function marked(name: string): DeviceConfig {
  return { name, tags: { simulated: true }, adjust: {} }
}

/** Between -1 and 1, once in so many seconds. */
function wave(time: Millis, periodS: number): number {
  return Math.sin((2 * Math.PI * time) / (1000 * periodS))
}

/** Between -1 and 1, another value every second: fraction of a large sine, which is even enough for the eye. */
function noise(time: Millis, seed: number): number {
  const large = Math.sin(Math.floor(time / 1000) * 12.9898 + seed * 78.233) * 43_758.5453
  return 2 * (large - Math.floor(large)) - 1
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
