import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { GzipStream, gzipHeader } from '../../src/feed/gzip.ts'
import fc from '../setup/properties.ts'

it('makes of shared blocks a stream that every reader of gzip takes, wherever it began', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 2000 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.array(fc.nat(19), { maxLength: 30 }), { maxLength: 5 }),
      (texts, streams) => {
        const pages = texts.map((text) => Buffer.from(text.repeat(text.length % 7)))
        for (const order of streams) {
          const stream = new GzipStream()
          const sent = order.map((index) => pages[index % pages.length]!)
          const zipped = Buffer.concat([gzipHeader, ...sent.map((page) => stream.add(page)), stream.end()])
          expect(gunzipSync(zipped).equals(Buffer.concat(sent))).toBe(true)
        }
      },
    ),
    { numRuns: 200 },
  )
})

it('ends every block with an empty one, at which readers hand on what they have', () => {
  for (const length of [1, 255, 256, 5000])
    expect(new GzipStream().add(Buffer.alloc(length, 'ab')).subarray(-4).toString('hex')).toBe('0000ffff')
})

it('compresses a page once for all', () => {
  const page = Buffer.from('id: k3f9ab.1\ndata: {"seq":1,"device":"z2m:living_room"}\n\n'.repeat(100))
  const [one, other] = [new GzipStream(), new GzipStream()]
  expect(one.add(page)).toBe(other.add(page))
  expect(one.add(page).length).toBeLessThan(page.length / 9)
})
