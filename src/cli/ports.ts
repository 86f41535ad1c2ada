import { families } from '../../devices/index.ts'
import type { PortInfo } from '../ingest/serial/ports.ts'
import { findPorts, portLines } from '../serial-ports.ts'
import { paint, plain, print } from './terminal.ts'

/** `rivulet ports`: what is there, and the lines that would add it to rivulet.yaml. */
export async function ports(): Promise<void> {
  const found = await findPorts(families, [])
  if (found.length === 0) return print('no serial port found; is the device plugged in?')
  await print('serial:')
  for (const port of found) for (const line of paintedLines(port)) await print(line)
}

/** `portLines` with dim comments. */
export function paintedLines(port: PortInfo): string[] {
  return portLines(port).map((line) => plain(line).replace(/#.*/, (comment) => paint('dim', comment)))
}
