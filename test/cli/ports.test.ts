import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../src/config/schema.ts'
import { portLines } from '../../src/serial-ports.ts'
import { rivulet } from './run.ts'

const port = {
  path: '/dev/ttyUSB0',
  stableName: '/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0',
  usb: { vendor: '1a86', product: '7523' },
  manufacturer: 'QinHeng\u001b[2J\nhttp:',
  profiles: ['sds011', 'pms5003'],
}

describe('rivulet ports', () => {
  it('gives lines that can be pasted into the configuration', () => {
    const lines = [
      'serial:',
      ...portLines(port),
      ...portLines({ path: '/dev/ttyAMA0', stableName: '/dev/ttyAMA0', profiles: [] }),
    ]
    expect(configSchema.parse(parse(lines.join('\n'))).serial).toEqual([
      { port: port.stableName, profile: 'sds011' },
      { port: '/dev/ttyAMA0', profile: 'lines' },
    ])
    expect(lines.slice(1, 4)).toEqual([
      '  # /dev/ttyUSB0, QinHeng?[2J?http:, USB 1a86:7523',
      `  - port: ${port.stableName}`,
      '    profile: sds011 # or pms5003',
    ])
  })

  it('lists those of this machine, or says that there are none', async () => {
    const { code, out } = await rivulet(['ports'])
    expect(code).toBe(0)
    expect(out).toMatch(/^(serial:\n {2}# \/dev\/|no serial port found)/)
  })
})
