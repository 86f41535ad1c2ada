import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { patienceMs } from '../setup/patience.ts'
import { describeMounting, mountSmallDisk, type SmallDisk } from '../setup/small-disk.ts'
import { expectBlocksAreRight } from './block-check.ts'
import { readAll } from './contract.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const patient = { timeout: patienceMs }
const rejected = { time: 1, source: 's', reason: 'json_syntax', where: 'message', payload: new Uint8Array() }

describeMounting('a full disk', import.meta.url, fullDisk)

function fullDisk(): void {
  const place = useStores()
  let folder: string
  let disk: SmallDisk

  // A file system of four megabytes: a disk that is really full, and really has room again.
  beforeEach(async () => {
    folder = join(place.folder, 'small')
    disk = mountSmallDisk(folder, 4)
  })
  afterEach(() => disk.unmount())

  it('keeps readings in memory while the disk is full, acknowledges none, and goes on by itself', async () => {
    const said: string[] = []
    const store = await place.open({ folder, log: (level, message) => said.push(`${level} ${message}`) })
    await store.durable(store.append(readings(1000)))
    // Summing up, which is due at a start, would say that the disk is full as well.
    await store.retain()
    disk.fill()

    store.records.put('names', 'a', '"Attic"')
    store.quarantine.add({ ...rejected, subject: 'early' })
    store.append(readings(30_000))
    store.quarantine.add({ ...rejected, subject: 'late' })
    const durable = vi.fn()
    void store.durability.durable(store.durability.head).then(durable)
    await vi.waitFor(() => expect(store.health().state).toBe('full'), patient)
    expect(store.health()).toMatchObject({ uncommitted: 30_000, detail: expect.stringContaining('no space left') })
    // The record was given while 1,000 was the head.
    expect(store.durableHead).toBe(999)
    expect(durable).not.toHaveBeenCalled()
    // Everything can be read meanwhile, and more comes in.
    expect(store.append(readings(100))).toBe(31_100)
    expect((await readAll(store, 0, null)).read).toHaveLength(31_100)

    disk.clear()
    await store.durable(31_100)
    await vi.waitFor(() => expect(durable).toHaveBeenCalled(), patient)
    expect(store.health()).toMatchObject({ state: 'ok', uncommitted: 0 })
    expect(store.health().commitErrors).toBeGreaterThan(0)
    expect(said).toEqual([expect.stringMatching(/^error no space left/), expect.stringMatching(/^info .* again$/)])
    await store.close()

    const again = await place.open({ folder })
    const { read } = await readAll(again, 0, null)
    expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 31_100 }, (_, i) => i + 1))
    expect(again.records.get('names', 'a')).toBe('"Attic"')
    expect((await again.quarantine.list({ limit: 9 })).map(({ subject }) => subject)).toEqual(['late', 'early'])
    await again.close()
    expectBlocksAreRight(join(folder, 'rivulet.db'))
  })

  it('takes a bounded number of readings, and a whole batch or nothing', async () => {
    const store = await place.open({ folder })
    disk.fill()
    const batch = readings(50_000)
    for (let i = 0; i < 5; i++) store.append(batch)
    expect(store.health()).toMatchObject({ saturated: true })
    for (let i = 0; i < 5; i++) store.append(batch)
    const { head } = store
    expect(() => store.append(readings(1))).toThrow(expect.objectContaining({ code: 'unavailable' }))
    expect(store.head).toBe(head)
    const waiting = store.durable(head)
    waiting.catch(() => undefined)
    disk.clear()
    // The file system is too small for all of it: the stop says what is lost instead of waiting for ever.
    await store.close()
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('opens a folder on a full disk with a clear error', async () => {
    disk.fill()
    await expect(place.open({ folder })).rejects.toMatchObject({ name: 'GatewayError', code: 'unavailable' })
  })
}
