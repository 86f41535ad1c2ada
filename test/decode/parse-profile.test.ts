import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../src/decode/parse-profile.ts'

const good = { id: 'mine', name: 'Mine', messages: [{ topic: 'a/{device}', readings: { t: 'temperature' } }] }
const message = (changes: object) => ({ ...good, messages: [{ ...good.messages[0], ...changes }] })
const issuesOf = (data: unknown) =>
  parseProfile(data).issues?.map(({ path, message: text }) => `${path.join('.')}: ${text}`)

describe('a profile', () => {
  it('that is right is taken, with its defaults', () => {
    expect(parseProfile(good).profile).toMatchObject({ id: 'mine', examples: [] })
  })

  it.each([
    [message({ redings: {} }), /^messages\.0\.redings: unknown key/],
    [{ ...good, id: 'Not Good' }, /^id: an id has lower-case letters/],
    [
      message({ readings: { t: { metric: 'temperature', unit: 'parsec' } } }),
      /^messages\.0\.readings\.t: 'parsec' is not a unit of temperature/,
    ],
    [
      message({ readings: { t: { metric: 'glow', unit: 'parsec' } } }),
      /^messages\.0\.readings\.t: 'parsec' is not a unit we know/,
    ],
    [
      message({ readings: { t: { metric: 'temperature', scael: 1 } } }),
      /^messages\.0\.readings\.t\.scael: unknown key/,
    ],
    [message({ readings: { 'a[': 'temperature' } }), /^messages\.0\.readings\.a\[: .*bracket is not closed/],
    [message({ device: '{room}' }), /^messages\.0\.device: \{room\} is not in the topic/],
    [message({ device: '{$.a' }), /^messages\.0\.device: .*brace/],
    [message({ topic: 'a/#' }), /^messages\.0\.topic: .*#/],
    [message({ ignore: 'ignored_topic' }), /^messages\.0: .*choose one/],
    [message({ readings: undefined }), /^messages\.0: say what the message holds/],
    [message({ topic: undefined }), /^messages\.0: give a topic/],
    [
      message({ readings: undefined, protocol: 'lines', options: { colums: ['a'] } }),
      /^messages\.0\.options\.colums: unknown key/,
    ],
    [message({ pattern: 'T{a}{b}' }), /^messages\.0\.pattern: .*nothing stands between/],
    ['not even an object', /^: /],
  ])('that is wrong is refused with its place: %#', (data, expected) => {
    const issues = issuesOf(data)
    expect(issues?.[0]).toMatch(expected)
  })

  it('tells all its problems at once', () => {
    expect(
      issuesOf(message({ topic: 'a/#', device: '{x}', readings: { t: { metric: 'temperature', unit: 'kg' } } })),
    ).toHaveLength(3)
  })
})
