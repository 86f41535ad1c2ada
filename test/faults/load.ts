import type { GatewayProcess } from '../setup/gateway.ts'
import { type Follower, startFollower } from './follower.ts'
import type { Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'

/** Sensors that publish, and clients that follow with different filters. */
export interface Load {
  readonly sensors: readonly Sensor[]
  readonly followers: readonly Follower[]
  /** Ends the sensors when all they sent is acknowledged; the clients go on. */
  finish(): Promise<void>
  /** Ends everything at once. */
  stop(): Promise<void>
}

/** What clients ask for, and which devices they are to see by that; all where none are named. */
const queries: readonly (readonly [name: string, query: string, devices: readonly string[]])[] = [
  ['everything', '', []],
  ['one device', 'device=mqtt:slow', ['mqtt:slow']],
  ['two devices', 'device=mqtt:slow&device=mqtt:quick', ['mqtt:slow', 'mqtt:quick']],
  ['a pattern', 'device=mqtt:*a*', ['mqtt:away', 'mqtt:steady']],
  ['a metric', 'metric=st*', []],
]

/** Puts a gateway under load: `mqtt:slow`, `mqtt:quick` and `mqtt:steady` through its own broker; `away` are sensors elsewhere. */
export function startLoad(
  gateway: Pick<GatewayProcess, 'url' | 'mqttPort'>,
  ledger: Ledger,
  away: readonly Sensor[] = [],
): Load {
  const start = (name: string, rate: number) => startSensor({ ledger, port: gateway.mqttPort, name, rate })
  const sensors = [start('slow', 5), start('quick', 300), start('steady', 50), ...away]
  const followers = queries.map(([name, query, devices]) => {
    const witness = ledger.witness(name, ({ device }) => devices.length === 0 || devices.includes(device))
    return startFollower(witness, () => gateway.url, query)
  })
  return {
    sensors,
    followers,
    async finish() {
      await Promise.all(sensors.map((sensor) => sensor.finish()))
    },
    async stop() {
      await Promise.all([...sensors, ...followers].map((one) => one.stop()))
    },
  }
}
