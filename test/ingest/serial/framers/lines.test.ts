import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../fuzz/random.ts'
import { hear } from './streams.ts'

const lines = { kind: 'lines' } as const
const hearText = (chunks: string[], openedMidStream = false) => {
  const { frames, rejected } = hear(
    lines,
    chunks.map((chunk) => Buffer.from(chunk)),
    { openedMidStream },
  )
  return { frames: frames.map(String), rejected }
}

describe('lines', () => {
  it('end with LF, CR or CRLF, empty ones left out', () => {
    expect(hearText(['a\nb\rc\r\nd\n\n\r\ne\n']).frames).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('make no empty line of a CRLF that two reads split', () => {
    expect(hearText(['a\r', '\nb\r', '\n'])).toEqual({ frames: ['a', 'b'], rejected: [] })
  })

  it('never end with the stream: a half line is dropped', () => {
    expect(hearText(['21.5\n2'])).toEqual({ frames: ['21.5'], rejected: ['truncated message'] })
  })

  it('that are too long are given up once, and the next one is whole again', () => {
    const heard = hear({ kind: 'lines', maxBytes: 8 }, [
      Buffer.from('12345678\n123456789'),
      Buffer.from('0123456789\nok\n'),
    ])
    expect(heard.frames.map(String)).toEqual(['12345678', 'ok'])
    expect(heard.rejected).toEqual(['bad_frame line longer than 8 bytes'])
  })

  it('may hold any bytes', () => {
    expect(hear(lines, [Buffer.from([0x32, 0xb0, 0x00, 0x0a])]).frames).toEqual([Buffer.from([0x32, 0xb0, 0x00])])
  })
})

describe('the first line of a port', () => {
  it.each([
    ['a number, which may have lost digits', '1.5', false],
    ['the rest of a JSON object', '5,"h":45.2}', false],
    ['the rest of nested JSON', '{"t":21.5}}', false],
    ['a JSON object', '{"t":21.5}', true],
    ['a sentence with its checksum', '$YXMTW,15.2,C*14', true],
    ['a sentence without one', '$IIMTW,18.0,C', false],
    ['a sentence with a wrong one', '$YXMTW,15.3,C*14', false],
  ])('%s: %s', (_, first, counts) => {
    const expected = counts ? [first, 'next'] : ['next']
    expect(hearText([`${first}\r\nnext\r\n`], true)).toEqual({ frames: expected, rejected: [] })
    expect(hearText([`${first}\nnext\n`]).frames).toEqual([first, 'next'])
  })

  it('is whole where the port was opened between two lines', () => {
    expect(hearText(['\n21.5\n'], true).frames).toEqual(['21.5'])
  })
})

describe('noise', () => {
  it('is no line, and as many lines after it count only if they prove to be whole', () => {
    expect(hearText(['1\n\x02\xff\x13\n5\n21.5\n'])).toEqual({ frames: ['1', '21.5'], rejected: ['bad_frame message'] })
    expect(hearText(['\x02\n\n{"t":21.5}\n6\n'])).toEqual({
      frames: ['{"t":21.5}', '6'],
      rejected: ['bad_frame message'],
    })
  })

  it('at full speed makes no readings of bytes that look like numbers', () => {
    const random = createRandom(1)
    const bytes = Buffer.from(Array.from({ length: 4_000_000 }, () => random.below(256)))
    const { frames, rejected } = hear(lines, [bytes])
    expect(rejected.length).toBeGreaterThan(20_000)
    expect(frames.filter((frame) => /\d/.test(frame.toString()))).toEqual([])
  })
})
