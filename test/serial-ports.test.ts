import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { families } from '../devices/index.ts'
import { findPorts } from '../src/serial-ports.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rivulet-ports-'))
})
afterEach(() => rmSync(root, { recursive: true }))

it('tells which ports the configuration has already, under whatever name', async () => {
  const folders = { sys: join(root, 'sys'), dev: join(root, 'dev'), byId: join(root, 'dev/by-id') }
  for (const folder of [join(folders.sys, 'class/tty'), folders.byId]) mkdirSync(folder, { recursive: true })
  for (const name of ['ttyUSB0', 'ttyUSB1']) {
    const port = join(root, 'sys/devices/usb', name)
    mkdirSync(port, { recursive: true })
    writeFileSync(join(port, 'idVendor'), '1a86')
    writeFileSync(join(port, 'idProduct'), '7523')
    mkdirSync(join(folders.sys, 'class/tty', name))
    symlinkSync(port, join(folders.sys, 'class/tty', name, 'device'))
    writeFileSync(join(folders.dev, name), '')
    symlinkSync(`../${name}`, join(folders.byId, `usb-${name}`))
  }
  const configured = [{ port: join(folders.byId, 'usb-ttyUSB1') }, { port: '/dev/unplugged' }]
  const found = await findPorts(families, configured, folders)
  expect(found.map(({ path, configured }) => [path, configured])).toEqual([
    [join(folders.dev, 'ttyUSB0'), false],
    [join(folders.dev, 'ttyUSB1'), true],
  ])
  expect(found[0]!.profiles).toContain('sds011')
})
