import { families } from '../../devices/index.ts'
import { listPorts, type PortInfo } from '../ingest/serial/ports.ts'
import { paint, plain, print } from './terminal.ts'

/** `rivulet ports`: what is there, and the lines that would add it to rivulet.yaml. */
export async function ports(): Promise<void> {
  const found = await listPorts({ profiles: usbProfiles() })
  if (found.length === 0) return print('no serial port found; is the device plugged in?')
  await print('serial:')
  for (const port of found) for (const line of portLines(port)) await print(line)
}

/** The profiles that are recognised by the USB ids of their adapters. */
export function usbProfiles() {
  return families.flatMap(({ id, serial }) =>
    serial && serial.usb.length > 0 ? [{ profile: id, usb: serial.usb }] : [],
  )
}

/** Lines for rivulet.yaml, with what is known of the port as comments. */
export function portLines({ path, stableName, usb, manufacturer, model, profiles }: PortInfo): string[] {
  const maker = [manufacturer, model].filter((part) => part !== undefined).join(' ')
  const about = [path, maker, usb ? `USB ${usb.vendor}:${usb.product}` : ''].filter((part) => part !== '')
  const others = profiles.length > 1 ? ` # or ${profiles.slice(1).join(', ')}` : ''
  return [
    paint('dim', `  # ${plain(about.join(', '))}`),
    `  - port: ${plain(stableName)}`,
    `    profile: ${profiles[0] ?? 'lines'}${paint('dim', others)}`,
  ]
}
