import { existsSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where udev keeps names made of vendor, model and serial number, which stay with a device wherever it is plugged in. */
export const byIdFolder = '/dev/serial/by-id'

/** The by-id name of each port that has one, by the path it leads to, such as `/dev/ttyUSB0`. */
export async function byIdNames(folder: string = byIdFolder): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => [])
  const pairs = names.sort().map(async (name) => {
    const path = join(folder, name)
    return [await realpath(path).catch(() => ''), path] as const
  })
  return new Map((await Promise.all(pairs)).filter(([target]) => target !== ''))
}

/** The by-id name of a port that is there; the name as given where it has none, or is none itself. */
export async function stableName(port: string, folder: string = byIdFolder): Promise<string> {
  const target = await realpath(port).catch(() => null)
  if (target === null || port.startsWith('/dev/serial/') || port.startsWith(`${folder}/`)) return port
  return (await byIdNames(folder)).get(target) ?? port
}

/** udev makes the by-id name a moment after the port itself; who opens sooner calls the device by another name. */
const udevMs = 500

/** The stable name of a port that may have been plugged in just now. */
export async function newPortName(port: string, folder: string, signal: AbortSignal): Promise<string> {
  const name = await stableName(port, folder)
  if (name !== port || !existsSync(port)) return name
  await sleep(udevMs, undefined, { signal }).catch(() => {})
  return stableName(port, folder)
}
