import { access, readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { UsbId } from '../../framing.ts'
import { byIdFolder, byIdNames } from './port-name.ts'

/** A serial port that is there. */
export interface PortInfo {
  /** Such as `/dev/ttyUSB0`: may change when devices are plugged in. */
  readonly path: string
  /** Stays with the device; the same as `path` where there is none. */
  readonly stableName: string
  /** Four hexadecimal digits each, lower case. */
  readonly usb?: { readonly vendor: string; readonly product: string }
  readonly manufacturer?: string
  /** What the device calls itself. */
  readonly model?: string
  readonly serialNumber?: string
  /** Names of the profiles whose USB ids fit, those that name a model first. */
  readonly profiles: readonly string[]
}

/** Which USB ids speak for which profile. */
export interface UsbProfile {
  readonly profile: string
  readonly usb: readonly UsbId[]
}

export interface ListPortsOptions {
  readonly profiles?: readonly UsbProfile[]
  /** Elsewhere in tests. */
  readonly byId?: string
  readonly sys?: string
  readonly dev?: string
}

/** All serial ports of this machine, by path. */
export async function listPorts(options: ListPortsOptions = {}): Promise<PortInfo[]> {
  const { profiles = [], byId = byIdFolder, sys = '/sys', dev = '/dev' } = options
  const names = await byIdNames(byId)
  const found = process.platform === 'linux' ? await linuxPorts(sys, dev) : await otherPorts()
  const ports = found.map(async (port) => {
    const stableName = names.get(await realpath(port.path).catch(() => port.path)) ?? port.path
    return { ...port, stableName, profiles: matchingProfiles(port, stableName, profiles) }
  })
  return (await Promise.all(ports)).sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
}

type FoundPort = Omit<PortInfo, 'stableName' | 'profiles'>

/**
 * Straight from the kernel: udevadm, which the serialport package asks, is not there in containers. Consoles have no
 * device behind them; a UART of type 0 is an address where a chip might have been.
 */
async function linuxPorts(sys: string, dev: string): Promise<FoundPort[]> {
  const classFolder = join(sys, 'class/tty')
  const names = await readdir(classFolder).catch(() => [])
  const ports = names.map(async (name) => {
    const path = join(dev, name)
    const device = await realpath(join(classFolder, name, 'device')).catch(() => null)
    if (device === null || (await text(join(classFolder, name, 'type'))) === '0') return []
    if (!(await exists(path))) return []
    return [{ path, ...(await usbAttributes(device)) }]
  })
  return (await Promise.all(ports)).flat()
}

/** The USB device lies above the interface that the port belongs to. */
async function usbAttributes(device: string): Promise<Omit<FoundPort, 'path'>> {
  for (let folder = device; basename(folder) !== 'devices' && folder !== dirname(folder); folder = dirname(folder)) {
    const vendor = await text(join(folder, 'idVendor'))
    if (!vendor) continue
    const [product, manufacturer, model, serialNumber] = await Promise.all(
      ['idProduct', 'manufacturer', 'product', 'serial'].map((file) => text(join(folder, file))),
    )
    return {
      usb: { vendor: vendor.toLowerCase(), product: (product ?? '').toLowerCase() },
      ...(manufacturer && { manufacturer }),
      ...(model && { model }),
      ...(serialNumber && { serialNumber }),
    }
  }
  return {}
}

async function otherPorts(): Promise<FoundPort[]> {
  const { SerialPort } = await import('serialport')
  const ports = await SerialPort.list().catch(() => [])
  return ports.map(({ path, vendorId, productId, manufacturer, serialNumber }) => ({
    path,
    ...(vendorId && { usb: { vendor: vendorId.toLowerCase(), product: (productId ?? '').toLowerCase() } }),
    ...(manufacturer && { manufacturer }),
    ...(serialNumber && { serialNumber }),
  }))
}

function matchingProfiles(port: FoundPort, stableName: string, profiles: readonly UsbProfile[]): string[] {
  const text = `${stableName} ${port.model ?? ''}`.toLowerCase()
  const fits = ({ vendor, product, model }: UsbId) =>
    vendor.toLowerCase() === port.usb?.vendor &&
    (product === undefined || product.toLowerCase() === port.usb.product) &&
    (model === undefined || text.includes(model.toLowerCase()))
  const ranked = profiles.flatMap(({ profile, usb }) => {
    const fitting = usb.filter(fits)
    return fitting.length > 0 ? [{ profile, exact: fitting.some((id) => id.model !== undefined) }] : []
  })
  return [...ranked.filter(({ exact }) => exact), ...ranked.filter(({ exact }) => !exact)].map(({ profile }) => profile)
}

async function text(file: string): Promise<string | null> {
  return readFile(file, 'utf8').then(
    (content) => content.trim(),
    () => null,
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
