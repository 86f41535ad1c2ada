import { realpath } from 'node:fs/promises'
import type { SerialConfig } from './config/config.ts'
import type { Profile } from './decode/profile.ts'
import { type ListPortsOptions, listPorts, type PortInfo } from './ingest/serial/ports.ts'

/** A serial port of this machine, and whether the configuration has it already. */
export interface FoundPort extends PortInfo {
  readonly configured: boolean
}

/** The serial ports that are there, whether they are read or not; none is opened, since another program may own it. */
export async function findPorts(
  profiles: readonly Profile[],
  serial: readonly Pick<SerialConfig, 'port'>[],
  folders: ListPortsOptions = {},
): Promise<FoundPort[]> {
  const used = new Set(await Promise.all(serial.map(({ port }) => real(port))))
  const found = (await listPorts({ ...folders, profiles: usbProfiles(profiles) })).map(async (port) => ({
    ...port,
    configured: used.has(await real(port.path)),
  }))
  return Promise.all(found)
}

/** Lines below `serial:` in rivulet.yaml that would add a port, with what is known of it as comments. */
export function portLines({ path, stableName, usb, manufacturer, model, profiles }: PortInfo): string[] {
  const maker = [manufacturer, model].filter((part) => part !== undefined).join(' ')
  const about = [path, maker, usb ? `USB ${usb.vendor}:${usb.product}` : ''].filter((part) => part !== '')
  const others = profiles.length > 1 ? ` # or ${profiles.slice(1).join(', ')}` : ''
  const lines = [
    `  # ${about.join(', ')}`,
    `  - port: ${stableName}`,
    `    profile: ${profiles[0] ?? 'lines'}${others}`,
  ]
  // What a device says of itself must not become a line of its own.
  return lines.map((line) => line.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '?'))
}

/** The profiles that are recognised by the USB ids of their adapters. */
function usbProfiles(profiles: readonly Profile[]) {
  return profiles.flatMap(({ id, serial }) =>
    serial && serial.usb.length > 0 ? [{ profile: id, usb: serial.usb }] : [],
  )
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}
