import { beforeEach, describe, expect, it } from 'vitest'
import { readLine } from '../../../src/decode/protocols/influx-line.ts'
import { brief, now, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

describe('a line', () => {
  it('escapes commas, spaces and equals signs in names, quotes and backslashes in text', () => {
    expect(readLine('a\\ b\\,c,t\\=1=v\\ 1,u=2 f\\ 1=1,g="x \\"y\\" \\\\ = , z" 1')).toEqual({
      measurement: 'a b,c',
      tags: [
        ['t=1', 'v 1'],
        ['u', '2'],
      ],
      fields: [
        { key: 'f 1', type: 'number', value: '1' },
        { key: 'g', type: 'text', value: 'x "y" \\ = , z' },
      ],
      time: '1',
    })
  })

  it.each([
    ['a v=1', '1'],
    ['a v=-1i', '-1'],
    ['a v=18446744073709551615u', '18446744073709551615'],
    ['a v=1.', '1'],
    ['a v=.5', '0.5'],
    ['a v=-.5e3', '-0.5e3'],
    ['a v=1e-7', '1e-7'],
    ['a v=t', true],
    ['a v=FALSE', false],
    ['a v=""', ''],
    ['a v="true"', 'true'],
  ])('%s has the value %j', (line, value) => {
    expect(readLine(line)?.fields[0]?.value).toBe(value)
  })

  it.each([
    ...[
      '',
      'a',
      'a v',
      'a v=',
      'a =1',
      ',t=1 v=1',
      'a,t v=1',
      'a,t= v=1',
      'a,=x v=1',
      'a v=1x',
      'a v=0x10',
      'a v=1,5 1',
    ],
    ...['a v=NaN', 'a v="open', 'a v=1 now', 'a v=1 1 1', 'a  v=1', 'a v=tRue', 'a v=1, 5', 'a v=1.5i'],
  ])('%j is none', (line) => {
    expect(readLine(line)).toBeNull()
  })
})

describe('line protocol', () => {
  it('is dated in whatever precision the writer chose', () => {
    const at = String(now - 5000)
    const times = [at.slice(0, -3), at, `${at}000`, `${at}000000`].map((time) => `m,t=1 temperature=1 ${time}`)
    const decoded = played.send('telegraf/x', times.join('\n'))
    expect(decoded.readings.map(({ time }) => now - time)).toEqual([5000, 5000, 5000, 5000])
  })

  it('calls a field `value` by its measurement, in the unit of a tag', () => {
    expect(brief(played.send('x/y', 'pressure,room=a,unit=Pa value=98120'))).toEqual(['pressure 981.2 hPa'])
  })

  it('loses bad lines and bad fields alone', () => {
    const decoded = played.send('telegraf/x', '# made by hand\n\nm,t=1 humidity=140,temperature=20\nm,t=1 oops\n')
    expect(brief(decoded)).toEqual(['temperature 20 Cel'])
    expect(reasons(decoded)).toEqual(['out_of_range humidity', 'text_syntax line 4'])
  })

  it('says when a clock is wrong, for its line alone', () => {
    const decoded = played.send('telegraf/x', 'm,t=1 temperature=20 -5\nm,t=1 temperature=21 42')
    expect(decoded.readings.map(({ time }) => time)).toEqual([now, now])
    expect(reasons(decoded)).toEqual(['clock_invalid line 1', 'clock_invalid line 2'])
  })

  it('takes no word for the value of a quantity, and a number in quotes for what it is', () => {
    const decoded = played.send('telegraf/x', 'm,t=1 wind_dir="NNE",temperature="20.5",door="shut"')
    expect(brief(decoded)).toEqual(['temperature 20.5 Cel', 'door shut null'])
    expect(reasons(decoded)).toEqual(['type_mismatch wind_dir'])
  })

  it('may be written as JSON instead', () => {
    const decoded = played.send('telegraf/x', '{"fields":{"temperature":20.5},"name":"m","timestamp":1780315199}')
    expect(brief(decoded)).toEqual(['temperature 20.5 Cel'])
    expect(decoded.readings[0]!.time).toBe(now - 1000)
  })

  it('is not seen in what only looks like it', () => {
    expect(played.send('sensors/a/note', 'note a=1').profile).toBe('sensors')
    expect(played.send('sensors/a/temperature', '21.5').profile).toBe('sensors')
    expect(played.send('sensors/a', '{"temperature":21.5}').profile).toBe('sensors')
  })

  it('of a long archive is refused', () => {
    const lines = Array.from({ length: 600 }, (_, i) => `m,t=1 v${i}=1`).join('\n')
    expect(reasons(played.send('telegraf/x', lines))).toEqual(['too_many_fields message'])
    expect(reasons(played.send('telegraf/x', `m,t=1 ${'v=1,'.repeat(200_000)}v=1`))).toEqual([
      'too_many_fields message',
    ])
  })
})
