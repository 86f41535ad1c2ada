import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { startGateway } from '../setup/gateway.ts'
import { describeMounting, mountSmallDisk } from '../setup/small-disk.ts'
import { loseDisk } from './disk-loss.ts'
import { trials } from './trials.ts'

/** Enough for what the long form stores. */
const mebibytes = 64

describeMounting('a full disk', import.meta.url, fullDisk)

function fullDisk(): void {
  const toClose: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close()
  })

  it('disk full under load, and room again', async (context) => {
    const times = trials(2, 30)
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-full-'))
    toClose.push(() => rmSync(folder, { recursive: true, force: true }))
    const data = join(folder, 'data')
    const disk = mountSmallDisk(data, mebibytes)
    toClose.push(() => disk.unmount())
    const gateway = await startGateway({ config: { data } })
    toClose.push(() => gateway.stop())
    await loseDisk(context, gateway, times, {
      lose: () => disk.fill(),
      mend: () => disk.clear(),
      said: { code: 200, state: 'full', detail: 'no space left' },
      refusal: /no space left for .*rivulet\.db/,
    })
    expect(gateway.output()).toMatch(/no space left.*make room on that disk.*: readings wait in memory/)
  }, 3_600_000)
}
