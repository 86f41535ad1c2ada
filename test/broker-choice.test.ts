import { expect, it } from 'vitest'
import { chooseBroker } from '../src/broker-choice.ts'
import type { MqttConfig } from '../src/config/config.ts'
import type { Records } from '../src/log/store.ts'

const unsaid: MqttConfig = {
  listen: { host: '127.0.0.1', port: 1883 },
  listenChosen: false,
  users: [],
  anonymous: false,
  brokers: [],
}

const there = async () => true
const nowhere = async () => false

function memory(): Records {
  const kept = new Map<string, string>()
  return {
    get: (kind, key) => kept.get(`${kind} ${key}`),
    all: () => new Map(),
    put: (kind, key, value) => kept.set(`${kind} ${key}`, value),
    delete: (kind, key) => kept.delete(`${kind} ${key}`),
  }
}

it('uses the embedded broker where nobody listens', async () => {
  expect(await chooseBroker(unsaid, memory(), nowhere)).toEqual({ mqtt: unsaid, found: null })
})

it('subscribes to a broker that is there first, and goes on doing so when it is slower at the next boot', async () => {
  const records = memory()
  const first = await chooseBroker(unsaid, records, there)
  expect(first.found).toMatchObject({ host: '127.0.0.1', port: 1883 })
  expect(first.mqtt).toMatchObject({ listen: null, brokers: [{ url: 'mqtt://127.0.0.1:1883', topics: ['#'] }] })
  expect(await chooseBroker(unsaid, records, nowhere)).toEqual(first)
})

it('asks nobody where the configuration says which broker to use', async () => {
  const asked: number[] = []
  const ask = async (_host: string, port: number) => asked.push(port) > 0
  const chosen = { ...unsaid, listenChosen: true }
  expect(await chooseBroker(chosen, memory(), ask)).toEqual({ mqtt: chosen, found: null })
  const off = { ...unsaid, listen: null }
  expect(await chooseBroker(off, memory(), ask)).toEqual({ mqtt: off, found: null })
  expect(asked).toEqual([])
})
