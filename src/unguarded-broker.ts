import type { BrokerUsers } from './broker-users.ts'
import type { MqttConfig } from './config/config.ts'
import { GatewayError } from './errors.ts'
import { isLoopback } from './http/listen.ts'

/** Why the embedded broker is not opened: other machines reach it, and it would let everybody in. Null where it may be. */
export function unguardedBroker(
  { listen, anonymous }: Pick<MqttConfig, 'listen' | 'anonymous'>,
  users: BrokerUsers,
): GatewayError | null {
  if (!listen || isLoopback(listen) || anonymous || !users.isEmpty) return null
  return new GatewayError(
    'config',
    `the MQTT broker on ${listen.host}:${listen.port} can be reached from other machines, and has no users yet`,
    'start with --lan, which makes one, or make one before with rivulet user add; or set mqtt.anonymous: true to let everybody in',
  )
}
