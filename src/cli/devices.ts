import type { Metric } from '../client/client.ts'
import { clientOf, type GatewayOptions } from './connect.ts'
import { type Form, formFor } from './form.ts'
import { paint, plain, print, roughly, table } from './terminal.ts'

export interface DevicesOptions extends GatewayOptions {
  readonly json?: boolean
}

/** `rivulet devices`: what is known, with its last readings. */
export async function devices(options: DevicesOptions): Promise<void> {
  const known = await clientOf(options).devices()
  if (options.json) {
    for (const device of known) await print(JSON.stringify(device))
    return
  }
  if (known.length === 0) return print('no device has been seen yet')
  const form = formFor(process.stdout)
  const rows = known.map((device) => [
    plain(device.id),
    plain(device.name),
    device.status,
    device.lastSeen === null ? 'never' : `${roughly(Date.now() - Date.parse(device.lastSeen))} ago`,
    device.metrics.map((metric) => metricText(metric, form)).join(', '),
  ])
  await print(table([['DEVICE', 'NAME', 'STATUS', 'SEEN', 'LAST READINGS'], ...rows], ['bold', undefined, 'cyan']))
  const offline = known.filter(({ status }) => status === 'offline').length
  if (offline > 0) await print(paint('yellow', `${offline} of ${known.length} offline`))
}

function metricText({ metric, channel, unit, last }: Metric, form: Form): string {
  const name = channel === undefined ? metric : `${metric}/${channel}`
  if (!last) return plain(name)
  return plain(`${name} ${form.amount(last.value, unit, metric)}`)
}
