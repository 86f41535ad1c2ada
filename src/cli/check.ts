import type { Config } from '../config/config.ts'
import { configJsonSchema } from '../config/schema.ts'
import { checkExamples } from './check-examples.ts'
import { checkSettings, requireConfig } from './settings.ts'
import { paint, print } from './terminal.ts'

export interface CheckOptions {
  readonly schema?: boolean
}

/** `rivulet check`: every problem with its place, or what the configuration amounts to. */
export async function check(file: string | undefined, options: CheckOptions): Promise<void> {
  if (options.schema) return print(JSON.stringify(configJsonSchema(), null, 2))
  const settings = checkSettings({ ...(file !== undefined && { file }) })
  const problems = [...settings.problems, ...checkExamples(settings.profiles)]
  const config = requireConfig({ ...settings, problems })
  await print(`${config.file ?? 'no rivulet.yaml here: the defaults'}: ${paint('green', 'ok')}`)
  for (const line of summary(config)) await print(`  ${line}`)
}

function summary(config: Config): string[] {
  const { http, mqtt, serial, devices, profiles } = config
  return [
    `data in ${config.data}`,
    `HTTP${http.tls ? 'S' : ''} on ${http.listen.host}:${http.listen.port}`,
    mqtt.listen
      ? `MQTT broker on ${mqtt.listen.host}:${mqtt.listen.port}${mqtt.tls ? ' with TLS' : ''}`
      : 'no MQTT broker of its own',
    ...mqtt.brokers.map((broker) => `subscribes to ${broker.name}: ${broker.topics.join(', ')}`),
    ...serial.map(({ port, profile }) => `serial port ${port}: ${profile}`),
    ...(Object.keys(devices).length > 0 ? [`${Object.keys(devices).length} devices named or adjusted`] : []),
    ...(profiles === null ? [] : [`profiles from ${profiles}`]),
  ]
}
