import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { limitConnections } from '../../src/http/limit-connections.ts'
import { until } from '../setup/until.ts'

it('turns away what one address has too many of, and takes it again when one is closed', async () => {
  const warned: string[] = []
  const server = createServer()
  // Everything here comes from loopback, which is exempt: only the address is made up.
  server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.1' }))
  limitConnections(
    server,
    { perAddress: 2, inAll: 100 },
    { info() {}, warn: (_, message) => void warned.push(message), error() {} },
  )
  const accepted: Socket[] = []
  server.on('connection', (socket) => accepted.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = () => connect(port, '127.0.0.1').on('error', () => {})
  const kept = [open(), open()]
  await until('both are in', () => accepted.length === 2)
  const refused = open()
  await once(refused, 'close')
  expect(accepted.map(({ destroyed }) => destroyed)).toEqual([false, false, true])
  expect(warned).toEqual(['192.0.2.1 has 2 connections over HTTP already: one more turned away'])
  kept[0]!.destroy()
  await until('one has left', () => accepted[0]!.destroyed)
  const next = open()
  await until('another is in', () => accepted.length === 4)
  expect(accepted[3]!.destroyed).toBe(false)
  for (const socket of [...kept, next]) socket.destroy()
  server.close()
})

it('turns away more than there may be in all', async () => {
  const warned: string[] = []
  const server = createServer()
  const logger = { info() {}, warn: (_: object, message: string) => void warned.push(message), error() {} }
  limitConnections(server, { perAddress: 100, inAll: 2 }, logger)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const kept = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await Promise.all(kept.map((socket) => once(socket, 'connect')))
  const refused = connect(port, '127.0.0.1').on('error', () => {})
  await once(refused, 'close')
  expect(warned).toEqual(['more than 2 connections over HTTP: some are turned away'])
  for (const socket of kept) socket.destroy()
  server.close()
})
