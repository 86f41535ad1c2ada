import { expect, it } from 'vitest'
import { type Content, Ledger, type Numbered } from './ledger.ts'

const content = (value: number, device = 'mqtt:a'): Content => ({ device, metric: 'step', value })
const numbered = (seq: number, value = seq, device = 'mqtt:a'): Numbered => ({ seq, ...content(value, device) })

/** A ledger with five readings published and acknowledged, and a clock that the test moves. */
function fill() {
  const clock = { ms: 0 }
  const ledger = new Ledger(() => clock.ms)
  const stored = [1, 2, 3, 4, 5].map((seq) => numbered(seq))
  for (const reading of stored) {
    ledger.published(reading)
    ledger.acknowledged(reading)
  }
  return { ledger, stored, clock }
}

const kinds = (ledger: Ledger, stored: readonly Numbered[]) => ledger.judge(stored).map(({ kind }) => kind)

it('has nothing to say when every promise is kept', () => {
  const { ledger, stored } = fill()
  const all = ledger.witness('all')
  const even = ledger.witness('even', ({ value }) => Number(value) % 2 === 0)
  for (const reading of stored) {
    all.saw(reading)
    if (even.wants(reading)) even.saw(reading)
  }
  expect(ledger.judge(stored)).toEqual([])
})

it('finds what was acknowledged and is not stored', () => {
  const { ledger, stored } = fill()
  expect(ledger.judge(stored.slice(1))).toEqual([{ kind: 'lost', text: 'mqtt:a step 1' }])
})

it('lets a redelivery come again under a new number', () => {
  const { ledger, stored } = fill()
  expect(ledger.judge([...stored, numbered(6, 5)])).toEqual([])
})

it('does not miss what nobody was told is stored', () => {
  const { ledger, stored } = fill()
  ledger.published(content(6))
  expect(ledger.judge(stored)).toEqual([])
})

it('finds what is stored and was never published', () => {
  const { ledger, stored } = fill()
  expect(kinds(ledger, [...stored, numbered(6)])).toEqual(['invented'])
})

it('finds what is shown and was never published', () => {
  const { ledger, stored } = fill()
  const client = ledger.witness('client')
  for (const reading of stored) client.saw(reading)
  client.saw(numbered(6))
  expect(kinds(ledger, [...stored, numbered(6)])).toEqual(['invented', 'invented'])
})

it('finds a number that two clients saw with other contents', () => {
  const { ledger, stored } = fill()
  ledger.published(content(6))
  ledger.published(content(7))
  const [early, late] = [ledger.witness('early'), ledger.witness('late')]
  for (const client of [early, late]) for (const reading of stored) client.saw(reading)
  early.saw(numbered(6, 6))
  late.saw(numbered(6, 7))
  ledger.crashed()
  expect(ledger.judge(stored)).toEqual([{ kind: 'reused', text: '6: mqtt:a step 6, then 6: mqtt:a step 7' }])
})

it('finds a number that is stored with another content than was shown', () => {
  const { ledger, stored } = fill()
  const client = ledger.witness('client')
  for (const reading of stored.slice(0, 4)) client.saw(reading)
  client.saw(numbered(5, 4))
  expect(kinds(ledger, stored)).toEqual(['reused'])
})

it('finds a number that came twice or went back', () => {
  const { ledger, stored } = fill()
  const client = ledger.witness('client')
  for (const reading of [...stored, stored[4]!, stored[3]!]) client.saw(reading)
  expect(kinds(ledger, stored)).toEqual(['disordered', 'disordered'])
})

it('finds what a stream passed over, also at its end', () => {
  const { ledger, stored } = fill()
  const client = ledger.witness('client')
  for (const seq of [0, 1, 3]) client.saw(stored[seq]!)
  expect(ledger.judge(stored)).toEqual([
    { kind: 'missed', text: '3: mqtt:a step 3 to client' },
    { kind: 'missed', text: '5: mqtt:a step 5 to client' },
  ])
})

it('finds what somebody was shown who did not ask for it', () => {
  const { ledger, stored } = fill()
  const client = ledger.witness('b', ({ device }) => device === 'mqtt:b')
  client.saw(stored[0]!)
  expect(kinds(ledger, stored)).toEqual(['stray'])
})

it('finds what was shown and is not stored, unless a crash came right after', () => {
  const { ledger, stored, clock } = fill()
  const client = ledger.witness('client')
  ledger.published(content(6))
  for (const reading of [...stored, numbered(6)]) client.saw(reading)
  expect(kinds(ledger, stored)).toEqual(['vanished'])
  clock.ms = 60_000
  ledger.crashed()
  expect(kinds(ledger, stored)).toEqual(['vanished'])
  ledger.crashed(60_000)
  expect(ledger.judge(stored)).toEqual([])
})

it('tells the first few of many, and how many more there are', () => {
  const { ledger } = fill()
  for (let value = 6; value <= 20; value++) ledger.acknowledged(content(value))
  const lost = ledger.judge([])
  expect(lost).toHaveLength(6)
  expect(lost.at(-1)).toEqual({ kind: 'lost', text: 'and 15 more' })
})
