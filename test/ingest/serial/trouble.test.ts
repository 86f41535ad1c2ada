import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import { busy, explainOpening } from '../../../src/ingest/serial/trouble.ts'

const port = '/dev/ttyUSB0'

it.each([
  ['Error: No such file or directory, cannot open /dev/ttyUSB0', [], 'missing', `${port} is not there; plug it in`],
  [
    'Error: No such file or directory, cannot open /dev/ttyUSB0',
    [port, '/dev/ttyACM0'],
    'missing',
    `${port} is not there; plug it in, or read another: /dev/ttyACM0`,
  ],
  ['Error: No such device or address, cannot open /dev/ttyUSB0', [], 'missing', `${port} is not there; plug it in`],
  [
    'Error: Permission denied, cannot open /dev/ttyUSB0',
    [],
    'denied',
    `${port}: permission denied; run: sudo usermod -aG dialout ${userInfo().username}, then log in again`,
  ],
  [
    'Error Resource temporarily unavailable Cannot lock port',
    [],
    'busy',
    `${port} is in use by another program: stop it, and the port is opened`,
  ],
  [
    'Error: Device or resource busy, cannot open /dev/ttyUSB0',
    [],
    'busy',
    `${port} is in use by another program: stop it, and the port is opened`,
  ],
  ['Error: Inappropriate ioctl for device setting custom baud rate of 13', [], 'other', `${port} is no serial port`],
  [
    'Error: Input/output error, cannot open /dev/ttyUSB0',
    [],
    'other',
    `${port}: Input/output error, cannot open /dev/ttyUSB0`,
  ],
])('%s (%j): %s', (said, present, kind, detail) => {
  expect(explainOpening(port, new Error(said), present)).toEqual({ kind, detail })
})

it('names the program that holds a port', () => {
  expect(busy(port, { pid: 42, name: 'minicom' }).detail).toContain('minicom (pid 42)')
})
