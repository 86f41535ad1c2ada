import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import { parseProfile } from '../../src/decode/parse-profile.ts'
import { findMetric } from '../../src/metrics.ts'
import { findUnit } from '../../src/units.ts'

it('every file is a family of its name in the list', () => {
  const files = readdirSync(fileURLToPath(new URL('../../devices/', import.meta.url)))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -'.ts'.length))
  expect(families.map(({ id }) => id).toSorted()).toEqual(files.toSorted())
})

it('every family is what a profile that people write has to be', () => {
  for (const family of families) expect(parseProfile(family).issues, family.id).toBeUndefined()
})

it('every metric is in the table, or says what unit it has', () => {
  for (const { id, messages } of families) {
    for (const { readings = {}, bytes } of messages) {
      for (const [path, rule] of [...Object.entries(readings), ...Object.entries(bytes?.fields ?? {})]) {
        if (rule === null || (typeof rule === 'object' && 'others' in rule)) continue
        for (const target of typeof rule === 'string' ? [{ metric: rule }] : [rule].flat()) {
          if ('internal' in target || ('reject' in target && target.reject)) continue
          const known = findMetric(target.metric ?? path.split('.').at(-1)!)
          const unit = 'unit' in target ? target.unit : undefined
          const type = 'type' in target ? target.type : undefined
          expect(known !== undefined || unit !== undefined || type !== undefined, `${id}: ${path}`).toBe(true)
          if (!known && unit) expect(findUnit(unit), `${id}: ${path}`).toBeDefined()
        }
      }
    }
  }
})

it('every family says where its messages are documented, except for our own conventions', () => {
  const own = ['sensors', 'generic', 'lines']
  for (const { id, about } of families) if (!own.includes(id)) expect(about, id).toBeDefined()
})

it('whoever takes every topic comes last', () => {
  const index = families.findIndex(({ messages }) => messages.some(({ topic }) => topic === '{topic...}'))
  expect(index).toBe(families.length - 1)
})
