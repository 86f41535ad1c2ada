import { generate, type Packet } from 'mqtt-packet'
import fc from '../../setup/properties.ts'

const id = fc.integer({ min: 1, max: 65_535 })
export const packet: fc.Arbitrary<Buffer> = fc
  .oneof<fc.Arbitrary<Packet>[]>(
    fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId: id }) as fc.Arbitrary<Packet>,
    fc.constantFrom({ cmd: 'pingreq' }, { cmd: 'pingresp' }) as fc.Arbitrary<Packet>,
    fc.record({
      cmd: fc.constant('publish'),
      topic: fc.string({ minLength: 1, maxLength: 300 }),
      payload: fc.string({ maxLength: 200 }),
      qos: fc.constant(1),
      messageId: id,
      dup: fc.boolean(),
      retain: fc.boolean(),
    }) as fc.Arbitrary<Packet>,
  )
  .map((value) => generate(value))

export const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })

/** The bytes in chunks of the given sizes, over and over. */
export function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}
