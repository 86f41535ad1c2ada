import { expect, it } from 'vitest'
import { PacketWalker } from '../../../src/ingest/mqtt/packets.ts'
import fc from '../../setup/properties.ts'
import { cut, cuts, packet } from './streams.ts'

it('finds the packets of any stream, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 20 }), cuts, (packets, sizes) => {
      const walker = new PacketWalker()
      const seen: { type: number; bytes: number[] }[] = []
      for (const chunk of cut(Buffer.concat(packets), sizes))
        for (let at = 0; at < chunk.length; ) {
          if (walker.ended) seen.push({ type: 0, bytes: [] })
          const end = walker.step(chunk, at)
          const last = seen.at(-1)!
          last.type = walker.type
          last.bytes.push(...chunk.subarray(at, end))
          at = end
        }
      expect(seen).toEqual(packets.map((bytes) => ({ type: bytes[0]! >> 4, bytes: [...bytes] })))
      expect(walker.ended).toBe(true)
    }),
  )
})

it('refuses a remaining length of five bytes', () => {
  expect(() => new PacketWalker().step(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 0)).toThrow(RangeError)
})

it('reads the longest remaining length there is', () => {
  const walker = new PacketWalker()
  walker.step(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), 0)
  expect(walker.length).toBe(268_435_455)
})
