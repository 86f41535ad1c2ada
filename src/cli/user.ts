import { requestJson } from '../client/request.ts'
import { hashPassword } from '../password.ts'
import { connectionTo, type GatewayOptions } from './connect.ts'
import { readPassword } from './password.ts'
import { note, plain, print } from './terminal.ts'

/** `rivulet user add` */
export async function addUser(name: string, options: GatewayOptions): Promise<void> {
  const connection = connectionTo(options)
  const body = { name, password: await readPassword(name) }
  await requestJson(connection, '/api/users', { method: 'POST', body })
  note(`sensors may now connect as ${name}`)
}

/** `rivulet user passwd` */
export async function changePassword(name: string, options: GatewayOptions): Promise<void> {
  const connection = connectionTo(options)
  const body = { password: await readPassword(name) }
  await requestJson(connection, `/api/users/${encodeURIComponent(name)}`, { method: 'PUT', body })
  note(`${name} has another password`)
}

/** `rivulet user remove` */
export async function removeUser(name: string, options: GatewayOptions): Promise<void> {
  await requestJson(connectionTo(options), `/api/users/${encodeURIComponent(name)}`, { method: 'DELETE' })
  note(`${name} is removed`)
}

/** `rivulet user list` */
export async function listUsers(options: GatewayOptions): Promise<void> {
  const users = (await requestJson(connectionTo(options), '/api/users')).value as { name: string }[]
  if (users.length === 0) note('no users')
  for (const { name } of users) await print(plain(name))
}

/** `rivulet user hash`: for users who stand in the configuration; needs no gateway. */
export async function printHash(): Promise<void> {
  await print(await hashPassword(await readPassword('mqtt.users')))
}
