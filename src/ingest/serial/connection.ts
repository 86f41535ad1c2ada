import { readSync } from 'node:fs'
import { SerialPort } from 'serialport'
import { GatewayError } from '../../errors.ts'
import type { LineSettings } from '../../framing.ts'

/** An open port. */
export interface Connection {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  /** Resolves when the port is gone, with null when it was closed by us, else with what happened. Never rejects. */
  readonly ended: Promise<string | null>
}

/** At most so many bytes are framed and decoded in one turn of the event loop: at one byte a line, 512 frames. */
const readBytes = 1024

/**
 * Opens a port for this process alone and hands over what arrives, in a buffer that is used again. Nothing is read while
 * `onData` runs, so that a flood waits in the driver. Rejects with what the operating system said.
 */
export async function openConnection(
  path: string,
  line: LineSettings,
  onData: (bytes: Uint8Array) => void,
): Promise<Connection> {
  const { baud: baudRate, dataBits = 8, parity = 'none', stopBits = 1, rtscts = false } = line
  if (parity === 'mark' || parity === 'space')
    throw new GatewayError('config', `${path}: parity "${parity}" is not supported`, 'use none, even or odd')
  const port = await SerialPort.binding.open({ path, baudRate, dataBits, parity, stopBits, rtscts, lock: true })
  if (!('poller' in port)) {
    await port.close()
    throw new GatewayError('config', `${path}: serial ports are read on Linux and macOS only`)
  }
  const stopped = new AbortController()
  const ended = readUntilEnd(port, onData, stopped.signal)
    .catch((error: Error) => error.message)
    .then(async (why) => {
      const closed = stopped.signal.aborted
      stopped.abort()
      await port.close().catch(() => {})
      return closed ? null : why
    })
  return {
    ended,
    write: (bytes) => port.write(Buffer.from(bytes)),
    async close() {
      if (!stopped.signal.aborted) {
        stopped.abort()
        port.poller.stop()
      }
      await ended
    },
  }
}

type UnixPort = Extract<Awaited<ReturnType<typeof SerialPort.binding.open>>, { poller: unknown }>

/**
 * Waits until there is something, reads it, hands it over, and so on. Not `port.read`: a port that was unplugged gives
 * 0 bytes for ever, which that takes for nothing yet and tries again at once.
 */
async function readUntilEnd(
  port: UnixPort,
  onData: (bytes: Uint8Array) => void,
  stopped: AbortSignal,
): Promise<string> {
  const buffer = Buffer.allocUnsafe(readBytes)
  while (!stopped.aborted) {
    await readable(port)
    if (stopped.aborted) break
    const count = readSome(port.fd!, buffer)
    if (count === 0) break
    if (count > 0) onData(buffer.subarray(0, count))
  }
  return 'the device is gone'
}

function readable(port: UnixPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once('readable', (error: Error | null) => {
      // The kernel reports a hang-up as an error of the descriptor.
      if (error) reject(new Error('the device is gone', { cause: error }))
      else resolve()
    })
  })
}

/** The descriptor does not block: -1 when there was nothing after all. */
function readSome(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, null)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN' || code === 'EINTR') return -1
    if (code === 'EIO' || code === 'ENXIO' || code === 'ENODEV') return 0
    throw error
  }
}
