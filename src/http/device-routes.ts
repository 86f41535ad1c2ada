import { GatewayError } from '../errors.ts'
import type { Device } from '../feed/device.ts'
import type { DeviceDirectory } from '../feed/devices.ts'
import { allows } from '../feed/filter.ts'
import type { Store } from '../log/store.ts'
import type { Identity } from './access.ts'
import { readBody } from './body.ts'
import { sendHistory } from './history.ts'
import { sendReadings } from './readings.ts'
import type { Route } from './route.ts'
import { labelBody } from './shapes.ts'
import { stored } from './stored.ts'

/** Devices, and their readings. */
export function deviceRoutes(store: Store, directory: DeviceDirectory): Route[] {
  const find = async (id: string, { read }: Identity): Promise<Device> => {
    const device = allows(read, id) ? await directory.get(id) : undefined
    if (device) return device
    throw new GatewayError('not-found', `no device ${id} has been seen`, 'GET /api/devices lists those that have')
  }
  return [
    {
      method: 'GET',
      path: '/api/devices',
      need: 'read',
      async handle(exchange, { read }) {
        exchange.body = (await directory.list()).filter(({ id }) => allows(read, id))
      },
    },
    {
      method: 'GET',
      path: '/api/devices/:id',
      need: 'read',
      async handle(exchange, identity) {
        exchange.body = await find(exchange.params.id!, identity)
        // What this caller may do with it (RFC 9110 §10.2.1): a page offers what will be taken.
        exchange.set('allow', identity.admin ? 'HEAD, GET, PATCH, DELETE' : 'HEAD, GET')
      },
    },
    {
      method: 'PATCH',
      path: '/api/devices/:id',
      need: 'admin',
      async handle(exchange, identity) {
        const id = exchange.params.id!
        const label = await readBody(exchange.req, labelBody)
        await find(id, identity)
        const labelled = await directory.label(id, label)
        await stored(store)
        exchange.body = labelled
      },
    },
    {
      method: 'DELETE',
      path: '/api/devices/:id',
      need: 'admin',
      async handle(exchange, identity) {
        const { id } = await find(exchange.params.id!, identity)
        directory.remove(id)
        await stored(store)
        exchange.status = 204
      },
    },
    {
      method: 'GET',
      path: '/api/readings',
      need: 'read',
      handle: (exchange, identity) => sendReadings(exchange, store, directory, identity),
    },
    {
      method: 'GET',
      path: '/api/history',
      need: 'read',
      handle: (exchange, identity) => sendHistory(exchange, store, directory, identity),
    },
  ]
}
