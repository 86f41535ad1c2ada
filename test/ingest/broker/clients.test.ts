import { expect, it } from 'vitest'
import { Clients } from '../../../src/ingest/broker/clients.ts'

const deep = (i: number) => `${i}${'/x'.repeat(99)}`

it('grants a client so many filters, and those it has again', () => {
  const [clients, one] = open()
  const refused = Array.from({ length: 1002 }, (_, i) => clients.subscribe(one, `${i}`))
  expect(refused.filter(Boolean)).toEqual(['it has 1000 already', 'it has 1000 already'])
  expect(clients.subscribe(one, '1')).toBeUndefined()
  clients.unsubscribe(one, '1')
  expect(clients.subscribe(one, 'other')).toBeUndefined()
})

it('bounds the filters of all clients, and has room again when one goes', () => {
  const [clients, one, two, three] = open()
  for (let i = 0; i < 1000; i++) for (const client of [one, two]) clients.subscribe(client, deep(i))
  expect(clients.subscribe(three, 'a')).toBe('all clients together have as many as there is room for')
  clients.unsubscribe(two, deep(7))
  expect(clients.subscribe(three, 'a')).toBeUndefined()
  expect(clients.subscribe(three, deep(7))).toMatch('as there is room for')
  clients.delete(one)
  expect(clients.subscribe(three, deep(7))).toBeUndefined()
})

it.each(['a#', '#/a', 'a+', 'a\0b', 'a\ufffd'])('grants nobody %j, which is no filter', (filter) => {
  const [clients, one] = open()
  expect(clients.subscribe(one, filter)).toBe('it is no topic filter')
})

it('grants nobody what aedes tells of the others', () => {
  const [clients, one] = open()
  expect(clients.subscribe(one, '$SYS/+/new/clients')).toBe('$SYS is the broker’s')
})

function open(): [Clients<object>, object, object, object] {
  const clients = new Clients<object>(() => true)
  const connections = [{}, {}, {}] as const
  for (const connection of connections) clients.add(connection, '192.0.2.1')
  return [clients, ...connections]
}
