import { expect, it } from 'vitest'
import { DeviceDirectory } from '../../src/feed/devices.ts'
import { MemoryStore, reading } from '../http/harness.ts'

const noon = Date.UTC(2026, 0, 1, 12)

it('knows devices by their readings, with the newest of every metric and channel', async () => {
  const store = new MemoryStore()
  store.append([reading({ value: 1 }), reading({ value: 20, channel: 'outside' })])
  const directory = await DeviceDirectory.open(store)
  store.append([
    reading({ value: 2, time: noon }),
    reading({ device: 'b:2', metric: 'state', value: 'open', unit: null }),
  ])
  const [second, first] = await directory.list()
  expect(second).toMatchObject({ id: 'b:2', name: '2', metrics: [{ metric: 'state', kind: 'state', unit: null }] })
  expect(first).toEqual({
    id: 'test:one',
    name: 'one',
    profile: null,
    source: null,
    status: 'online',
    lastSeen: '2026-11-22T10:00:00.000Z',
    tags: {},
    hidden: false,
    metrics: [
      {
        metric: 'temperature',
        unit: 'Cel',
        kind: 'gauge',
        last: { seq: 3, time: '2026-01-01T12:00:00.000Z', value: 2 },
      },
      {
        metric: 'temperature',
        channel: 'outside',
        unit: 'Cel',
        kind: 'gauge',
        last: { seq: 2, time: '2026-11-22T10:00:00.000Z', value: 20 },
      },
    ],
  })
  expect(await directory.get('c:3')).toBeUndefined()
  directory.close()
})

it('takes names from people first, then from the configuration, then from the device', async () => {
  const store = new MemoryStore()
  const directory = await DeviceDirectory.open(store)
  const name = async () => (await directory.get('a:1'))?.name
  directory.seen('a:1', 'z2m', 'broker')
  expect(await name()).toBe('1')
  directory.seen('a:1', 'z2m', 'broker', 'lamp_1')
  expect(await name()).toBe('lamp_1')
  directory.configure(new Map([['a:1', { name: 'Lamp', tags: { floor: 1 }, hidden: true }]]))
  expect(await directory.get('a:1')).toMatchObject({ name: 'Lamp', tags: { floor: 1 }, hidden: true })
  await directory.label('a:1', { name: 'Our lamp', tags: { floor: 2 } })
  await directory.label('a:1', { hidden: false })
  const labelled = { name: 'Our lamp', tags: { floor: 2 }, hidden: false, profile: 'z2m', source: 'broker' }
  expect(await directory.get('a:1')).toMatchObject(labelled)
  directory.close()
  const restarted = await DeviceDirectory.open(store, new Map([['a:1', { name: 'Lamp' }]]))
  expect(await restarted.get('a:1')).toMatchObject(labelled)
  await restarted.label('a:1', { name: null })
  expect((await restarted.get('a:1'))!.name).toBe('Lamp')
  expect(await restarted.label('a:2', { name: 'x' })).toBeUndefined()
  restarted.close()
})

it('tells of every other name, tag and hiding, whoever said it, and of nothing that stayed', async () => {
  const directory = await DeviceDirectory.open(new MemoryStore())
  let told = directory.changes
  const news = () => {
    const changes = directory.changedSince(told).map(({ id, name, tags, hidden }) => ({ id, name, tags, hidden }))
    told = directory.changes
    return changes
  }
  directory.seen('a:1', 'z2m', 'broker', 'lamp_1')
  expect(news()).toEqual([{ id: 'a:1', name: 'lamp_1', tags: {}, hidden: false }])
  directory.seen('a:1', 'z2m', 'other', 'lamp_1')
  expect(news()).toEqual([])
  directory.seen('a:2', 'z2m', 'broker')
  directory.configure(new Map([['a:1', { tags: { floor: 1 } }]]))
  expect(news()).toEqual([{ id: 'a:1', name: 'lamp_1', tags: { floor: 1 }, hidden: false }])
  await directory.label('a:1', { name: 'Lamp', hidden: true })
  expect(news()).toEqual([{ id: 'a:1', name: 'Lamp', tags: { floor: 1 }, hidden: true }])
  directory.close()
})

it('writes a record only when something is new, since it is told of every frame', async () => {
  const store = new MemoryStore()
  const directory = await DeviceDirectory.open(store)
  let writes = 0
  const put = store.records.put.bind(store.records)
  store.records.put = (...args) => {
    writes++
    put(...args)
  }
  for (let i = 0; i < 1000; i++) directory.seen('a:1', 'z2m', 'broker', i < 500 ? undefined : 'lamp')
  expect(writes).toBe(2)
  directory.close()
})

it('goes by what a device says, unless its bridge is away or a newer reading proves it wrong', async () => {
  const store = new MemoryStore()
  store.append([reading({ device: 'z:1' }), reading({ device: 'z:2' }), reading({ device: 'y:1' })])
  const directory = await DeviceDirectory.open(store)
  const statuses = async () => (await directory.list()).map(({ status }) => status)
  expect(await statuses()).toEqual(['unknown', 'unknown', 'unknown'])
  directory.setStatus('z:1', true, 'device', noon)
  directory.setStatus('z:2', false, 'device', noon)
  expect(await statuses()).toEqual(['unknown', 'online', 'offline'])
  const before = directory.changes
  directory.setStatus('z:', false, 'bridge', noon + 1)
  directory.seen('z:3', 'z2m', 'broker')
  expect(await statuses()).toEqual(['unknown', 'offline', 'offline', 'offline'])
  expect(directory.changedSince(before)).toMatchObject([
    { id: 'z:1', status: 'offline', time: '2026-01-01T12:00:00.001Z' },
    { id: 'z:3', status: 'offline' },
  ])
  directory.setStatus('z:', true, 'bridge', noon + 2)
  expect(await statuses()).toEqual(['unknown', 'online', 'offline', 'unknown'])
  store.append([reading({ device: 'z:2', quality: 'stale' })])
  expect(await statuses()).toEqual(['unknown', 'online', 'offline', 'unknown'])
  store.append([reading({ device: 'z:2' })])
  expect(await statuses()).toEqual(['unknown', 'online', 'online', 'unknown'])
  // Appended before the device said good-bye, but looked at only now: says nothing about what came after.
  store.append([reading({ device: 'z:2' })])
  directory.setStatus('z:2', false)
  expect(await statuses()).toEqual(['unknown', 'online', 'offline', 'unknown'])
  directory.close()
})

it('knows over a restart who said good-bye, until they are heard again', async () => {
  const store = new MemoryStore()
  store.append([reading({ device: 'a:1' }), reading({ device: 'a:2' })])
  const statusesAfter = async (happening: (directory: DeviceDirectory) => void) => {
    const directory = await DeviceDirectory.open(store)
    happening(directory)
    const statuses = (await directory.list()).map(({ status }) => status)
    directory.close()
    return statuses
  }
  expect(await statusesAfter((directory) => directory.setStatus('a:1', false))).toEqual(['offline', 'unknown'])
  expect(await statusesAfter(() => {})).toEqual(['offline', 'unknown'])
  expect(await statusesAfter(() => store.append([reading({ device: 'a:1' })]))).toEqual(['online', 'unknown'])
  expect(await statusesAfter((directory) => directory.setStatus('a:2', false))).toEqual(['unknown', 'offline'])
  expect(await statusesAfter((directory) => directory.setStatus('a:2', true))).toEqual(['unknown', 'online'])
  expect(await statusesAfter(() => {})).toEqual(['unknown', 'unknown'])
})

it('takes a device for offline that is silent for longer than its family, and for online when it is heard again', async () => {
  const store = new MemoryStore()
  store.append([reading({ device: 'a:old' })])
  const directory = await DeviceDirectory.open(store)
  const statuses = async () => (await directory.list()).map(({ id, status }) => `${id} ${status}`)
  const hour = () => 3_600_000
  directory.seen('a:1', 'acme', 'broker')
  directory.seen('a:2', 'acme', 'broker')
  directory.setStatus('a:2', true)
  store.append([reading({ device: 'a:1' }), reading({ device: 'a:2' }), reading({ device: 'b:1' })])
  expect(await statuses()).toEqual(['a:1 online', 'a:2 online', 'a:old unknown', 'b:1 online'])
  directory.noteSilence(hour, performance.now() + 3_500_000)
  expect(await statuses()).toEqual(['a:1 online', 'a:2 online', 'a:old unknown', 'b:1 online'])
  const before = directory.changes
  directory.noteSilence(hour, performance.now() + 3_700_000)
  // a:2 says itself when it leaves; nothing is known of when a:old and b:1 should speak.
  expect(await statuses()).toEqual(['a:1 offline', 'a:2 online', 'a:old unknown', 'b:1 online'])
  expect(directory.changedSince(before)).toMatchObject([{ id: 'a:1', status: 'offline' }])
  store.append([reading({ device: 'a:1' })])
  expect(await statuses()).toEqual(['a:1 online', 'a:2 online', 'a:old unknown', 'b:1 online'])
  directory.close()
  const restarted = await DeviceDirectory.open(store)
  restarted.noteSilence(hour, performance.now() + 3_700_000)
  expect((await restarted.list()).map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
  restarted.close()
})

it('takes the word of a device for how long it may be silent', async () => {
  const store = new MemoryStore()
  const directory = await DeviceDirectory.open(store)
  directory.seen('ha:g', 'ha-discovery', 'mqtt', 'Garden', 900_000)
  store.append([reading({ device: 'ha:g' })])
  await directory.list()
  directory.noteSilence(() => undefined, performance.now() + 800_000)
  expect((await directory.get('ha:g'))?.status).toBe('online')
  directory.noteSilence(() => undefined, performance.now() + 1_000_000)
  expect((await directory.get('ha:g'))?.status).toBe('offline')
  directory.close()
})

it('forgets a device over a restart, until it is heard again', async () => {
  const store = new MemoryStore()
  store.append([reading({ device: 'a:1', metric: 'old' })])
  const directory = await DeviceDirectory.open(store)
  await directory.label('a:1', { name: 'Attic' })
  store.append([reading({ device: 'a:1', metric: 'old' })])
  expect([directory.remove('a:1'), directory.remove('a:1')]).toEqual([true, false])
  expect(await directory.list()).toEqual([])
  directory.close()
  const restarted = await DeviceDirectory.open(store)
  expect(await restarted.list()).toEqual([])
  store.append([reading({ device: 'a:1', metric: 'new' })])
  expect(await restarted.get('a:1')).toMatchObject({ name: '1', metrics: [{ metric: 'new' }] })
  await restarted.label('a:1', { name: 'Cellar' })
  restarted.close()
  const again = await DeviceDirectory.open(store)
  expect(await again.get('a:1')).toMatchObject({ name: 'Cellar', metrics: [{ metric: 'new' }] })
  again.close()
})
