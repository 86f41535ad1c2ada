import type { Config } from '../config/config.ts'
import { requireConfig } from '../config/load.ts'
import { nearest } from '../config/nearest.ts'
import { configJsonSchema } from '../config/schema.ts'
import type { Profile } from '../decode/profile.ts'
import { metricsOf } from '../decode/profile-metrics.ts'
import { GatewayError } from '../errors.ts'
import { findMetric, metricNames } from '../metrics.ts'
import { checkData } from './check-data.ts'
import { checkExamples, isOwn } from './check-examples.ts'
import { checkSettings } from './settings.ts'
import { paint, print } from './terminal.ts'

export interface CheckOptions {
  readonly schema?: boolean
  readonly data?: string
  readonly salvage?: string
}

/** `rivulet check`: every problem with its place, or what the configuration amounts to. Resolves to whether nothing is wrong. */
export async function check(file: string | undefined, options: CheckOptions): Promise<boolean> {
  const { schema, data, salvage } = options
  if (data !== undefined) return checkData(data, salvage)
  if (salvage !== undefined)
    throw new GatewayError('usage', 'what is to be saved?', 'name the data folder as well: --data FOLDER')
  if (schema) {
    await print(JSON.stringify(configJsonSchema(), null, 2))
    return true
  }
  const settings = checkSettings({ file })
  const problems = [...settings.problems, ...checkExamples(settings.profiles)]
  const config = requireConfig({ ...settings, problems })
  await print(`${config.file ?? 'no rivulet.yaml here: the defaults'}: ${paint('green', 'ok')}`)
  for (const line of [...summary(config), ...settings.profiles.filter(isOwn).map(summaryOfProfile)])
    await print(`  ${line}`)
  return true
}

/** What a profile of the user's own will give: a misspelt metric is no fault, and would be a metric of its own. */
function summaryOfProfile(profile: Profile): string {
  const metrics = [...metricsOf(profile)].map(([metric, unit]) => {
    const near = findMetric(metric) ? undefined : nearest(metric, metricNames())
    const doubt = near === undefined ? '' : ` (a metric of its own; or ${near}?)`
    return `${metric}${unit ? ` ${unit}` : ''}${doubt}`
  })
  const { length } = profile.examples
  const examples = length === 0 ? 'no examples' : length === 1 ? 'its example holds' : `its ${length} examples hold`
  return `profile ${profile.id}: ${metrics.join(', ') || 'names no metrics'}; ${examples}`
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
