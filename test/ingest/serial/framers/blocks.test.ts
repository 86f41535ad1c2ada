import { describe, expect, it } from 'vitest'
import fc from '../../../setup/properties.ts'
import { dsmrTelegram, families, hear, veDirectBlock } from './streams.ts'

describe('DSMR P1', () => {
  const dsmr = { kind: 'dsmr-p1' } as const
  const telegram = dsmrTelegram(['1-3:0.2.8(50)', '1-0:1.7.0(00.244*kW)'])
  const frame = telegram.subarray(0, -2)
  const old = Buffer.from('/ABC2TEST\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n0-1:24.3.0(1)(m3)\r\n(00001.001)\r\n!\r\n')

  it('begins anew at the next start when the end was lost, and gives one telegram', () => {
    expect(hear(dsmr, [telegram.subarray(0, 40), telegram])).toEqual({
      frames: [frame],
      rejected: ['truncated message'],
    })
  })

  it('refuses the beginning of one telegram with the end of another', () => {
    expect(hear(dsmr, [telegram.subarray(0, 32), telegram.subarray(36)])).toEqual({
      frames: [],
      rejected: ['checksum_mismatch message'],
    })
  })

  it('refuses a digit that flipped', () => {
    const flipped = Buffer.from(telegram.toString().replace('00.244', '08.244'))
    expect(hear(dsmr, [flipped, telegram])).toEqual({ frames: [frame], rejected: ['checksum_mismatch message'] })
  })

  it('takes a CRC that was printed without its zeros', () => {
    const short = Array.from({ length: 5000 }, (_, i) => dsmrTelegram([`1-0:1.7.0(${i}*kW)`], 1)).find((t) =>
      /![0-9A-F]{1,2}\r\n$/.test(t.toString()),
    )!
    expect(hear(dsmr, [short]).frames).toEqual([short.subarray(0, -2)])
  })

  it('takes old telegrams, which have no CRC', () => {
    expect(hear(dsmr, [old, old])).toEqual({ frames: [old.subarray(0, -2), old.subarray(0, -2)], rejected: [] })
  })

  it('refuses a telegram that should have a CRC and has none', () => {
    const without = Buffer.from(telegram.toString().replace(/!.*\r\n$/, '!\r\n'))
    expect(hear(dsmr, [without])).toEqual({ frames: [], rejected: ['truncated message'] })
  })

  it('takes off the parity of seven bits read as eight, and sees where it is wrong', () => {
    const even = (byte: number) => byte | ((byte.toString(2).split('1').length - 1) % 2 ? 0x80 : 0)
    expect(hear(dsmr, [Uint8Array.from(old, even)]).frames).toEqual([old.subarray(0, -2)])
    const hurt = Uint8Array.from(old, even)
    hurt[20]! ^= 0x10
    expect(hear(dsmr, [hurt]).frames).toEqual([])
  })

  it('finds a whole telegram behind anything', () => {
    const piece = fc.constantFrom(
      '/',
      '!',
      '\r\n',
      '\r\n!',
      'A',
      '1F',
      'x',
      '/ABC5\r\n\r\n',
      telegram.subarray(0, 30).toString(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { frames } = hear(dsmr, [Buffer.from(pieces.join('')), telegram])
        expect(frames.at(-1)?.subarray(-frame.length)).toEqual(frame)
      }),
    )
  })

  it('gives up a telegram that never ends, and finds the next', () => {
    const endless = Buffer.from(`/ABC5\r\n\r\n${'1-0:1.7.0(00.244*kW)\r\n'.repeat(1000)}`)
    const heard = hear(dsmr, [endless, telegram])
    expect(heard.frames).toEqual([frame])
    expect(heard.rejected).toContain('bad_frame message')
  })
})

describe('VE.Direct', () => {
  const vedirect = { kind: 'vedirect' } as const
  /** Two or three letters that make the sum right. */
  const blockEndingWith = (byte: number) => {
    const missing = (veDirectBlock([['SER#', '']]).at(-1)! - byte + 512) % 256
    const letters = missing < 120 ? 3 : 2
    const sum = missing < 120 ? missing + 256 : missing
    const each = Math.floor(sum / letters)
    const codes = [...Array<number>(letters - 1).fill(each), sum - each * (letters - 1)]
    return veDirectBlock([['SER#', String.fromCharCode(...codes)]])
  }
  const block = blockEndingWith(0x71)
  const hex = Buffer.from(':A5010072\n')

  it.each([
    ['a colon', 0x3a],
    ['a line feed', 0x0a],
    ['a carriage return', 0x0d],
    ['a tab', 0x09],
    ['a letter', 0x43],
  ])('takes a checksum byte that is %s', (_, byte) => {
    const odd = blockEndingWith(byte)
    expect(odd.at(-1)).toBe(byte)
    expect(hear(vedirect, [odd, block, odd])).toEqual({ frames: [odd, block, odd], rejected: [] })
  })

  it('takes HEX frames out, between blocks and amid one', () => {
    expect(hear(vedirect, [hex, block, hex, block.subarray(0, 5), hex, block.subarray(5)])).toEqual({
      frames: [block, block],
      rejected: [],
    })
  })

  it('gives up a block with a stray byte in front, and no other', () => {
    expect(hear(vedirect, [Buffer.from([0xb4]), block, block])).toEqual({
      frames: [block],
      rejected: ['checksum_mismatch message'],
    })
  })

  it('finds a block that names its product behind one that was cut short', () => {
    const named = veDirectBlock([
      ['PID', '0xA060'],
      ['V', '12800'],
    ])
    const cut = [named.subarray(0, 14), named]
    expect(hear(vedirect, cut)).toEqual({ frames: [named], rejected: ['truncated message'] })
    const flipped = named.map((byte, i) => (i === 20 ? byte ^ 1 : byte))
    expect(hear(vedirect, [named.subarray(0, 14), flipped]).frames).toEqual([])
    expect(hear(vedirect, [block.subarray(0, 14), block]).rejected).toEqual(['checksum_mismatch message'])
  })

  it('tells of noise without an end, behind a colon too', () => {
    const bad = 'bad_frame message'
    expect(hear(vedirect, [Buffer.alloc(5000, 'x')]).rejected).toEqual([bad, bad, 'truncated message'])
    expect(hear(vedirect, [Buffer.from(':'), Buffer.alloc(5000, 'x')]).rejected).toEqual([
      bad,
      bad,
      'truncated message',
    ])
  })

  it('loses at most the blocks that noise touches', () => {
    const noise = fc.uint8Array({ maxLength: 3000 })
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(hear(vedirect, [bytes, block, block, block]).frames.at(-1)).toEqual(block)
      }),
    )
  })
})

it('every family here says which stretch was given up, in at most 256 bytes', async () => {
  const { createFramer } = await import('../../../../src/ingest/serial/framers/create-framer.ts')
  for (const { framing, request } of families) {
    const sizes: number[] = []
    const handlers = { onFrame: () => {}, onReject: (r: { bytes: Uint8Array }) => sizes.push(r.bytes.length) }
    const framer = createFramer(framing, handlers, request ? { request } : {})
    framer.push(Buffer.alloc(40_000, '/a'))
    framer.close()
    expect(sizes.length).toBeGreaterThan(0)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
  }
})
