import { describe, expect, it } from 'vitest'
import { buildTree, type Node, withMembers } from '../../src/decode/tree.ts'

const fail = (path: string, message: string) => {
  throw new Error(`${path}: ${message}`)
}

function at(root: Node, path: string): Node | null {
  return path.split('.').reduce<Node | null>((node, name) => node?.child(name) ?? null, root)
}

describe('the tree of paths', () => {
  it('lets the most telling branch speak first, and takes from the others what it does not say', () => {
    const tree = buildTree(
      { '*.Id': null, '*.T': 'temperature', 'DS18B20*.T': 'humidity', 'DS18B20-1.T': 'voltage' },
      'ignore',
      fail,
    )
    const leaf = (path: string) => at(tree, path)?.leaf
    expect(leaf('DS18B20-1.T')).not.toBe(leaf('DS18B20-2.T'))
    expect(leaf('DS18B20-2.T')).not.toBe(leaf('other.T'))
    for (const name of ['DS18B20-1', 'DS18B20-2', 'other']) expect(leaf(`${name}.Id`), name).toBe(leaf('other.Id'))
    expect(at(tree, 'other.X')).toBeNull()
  })

  it('costs what is written, whatever depth wildcards have', () => {
    const paths = ['power', 'voltage', 'current', 'energy', 'temperature'].flatMap((metric) =>
      Array.from({ length: 12 }, (_, depth) => `${'*.'.repeat(depth)}${metric}.${metric}`),
    )
    const tree = buildTree(Object.fromEntries(paths.map((path) => [path, 'power'])), 'ignore', fail)
    for (const path of paths) expect(at(tree, path.replaceAll('*', 'power'))?.leaf, path).not.toBeNull()
  })

  it('makes no new nodes for names that lead to the same place', () => {
    const tree = buildTree({ 'Dc.*.*.V': 'voltage', '*.*.*.I': 'current' }, 'ignore', fail)
    const first = at(tree, 'Dc.a.b')
    for (const [a, b] of [
      ['c', 'd'],
      ['e', 'a'],
      ['b', 'b'],
    ] as const)
      expect(at(tree, `Dc.${a}.${b}`)).toBe(first)
    expect(first!.child('V')?.leaf).toBeTruthy()
    expect(first!.child('I')?.leaf).toBeTruthy()
  })

  it('knows a number by the end of its name, without a unit it does not say, and sums of a day as no counters', () => {
    const leaf = (name: string) => buildTree({}, 'all', fail).child(name)!.leaf!
    expect(leaf('kitchen_gas')).toMatchObject({ metric: 'kitchen_gas', type: 'number', unit: null })
    expect(leaf('tank_distance')).toMatchObject({ metric: 'tank_distance', unit: null })
    expect(leaf('tank_distance_cm')).toMatchObject({ metric: 'distance', unit: 'm' })
    expect([leaf('energy'), leaf('total_daily_energy')]).toMatchObject([{ counter: true }, { counter: false }])
  })

  it('says nothing of members that a device has declared anew', () => {
    const tree = buildTree({ '*': 'temperature', a: 'humidity' }, 'ignore', fail)
    const own = withMembers(tree, { a: { metric: 'power' }, b: null })
    expect(own.child('a')!.leaf).not.toBe(tree.child('a')!.leaf)
    expect(own.child('b')!.leaf).not.toBe(tree.child('b')!.leaf)
    expect(own.child('c')!.leaf).toBe(tree.child('c')!.leaf)
    expect(own.hasMembers).toBe(true)
  })
})
