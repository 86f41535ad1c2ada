import { describe, expect, it } from 'vitest'
import { applySteps, parseTemplate } from '../../../src/decode/protocols/ha-template.ts'
import fc from '../../setup/properties.ts'

function value(template: string, raw: unknown): unknown {
  const parsed = parseTemplate(template)
  return 'refused' in parsed ? parsed.refused : applySteps(raw, parsed.steps)
}

describe('a template', () => {
  it.each([
    ['{{ value }}', null],
    ['{{value_json}}', []],
    ['{{- value_json.a.b_c -}}', ['a', 'b_c']],
    [`{{ value_json['a b']["c.d"] }}`, ['a b', 'c.d']],
    ['{{ value_json.list[0][12].x }}', ['list', '0', '12', 'x']],
    ['{{ (value_json.a) | round }}', ['a']],
  ])('%s says where the value stands', (template, path) => {
    expect(parseTemplate(template)).toMatchObject({ path })
  })

  it.each([
    ['{{ value | float }}', '21.50', 21.5],
    ['{{ value | int }}', '-21.9', -21],
    ['{{ value | round }}', 21.5, 22],
    ['{{ value | round }}', 20.5, 20],
    ['{{ value | round(1) }}', 48.26, 48.3],
    ['{{ value | round(1) }}', 0.25, 0.2],
    ['{{ value | round(-1) }}', 26, 30],
    ["{{ value | round(1, 'floor') }}", -0.21, -0.3],
    ["{{ value | round(0, 'ceil') }}", 1.1, 2],
    ['{{ value * 0.1 }}', 3, 0.3],
    ['{{ 0.001 * value }}', 2500, 2.5],
    ['{{ value / 10 }}', 215, 21.5],
    ['{{ value | float(0) * 1.8 * 2 }}', 10, 36],
    ['{{ value | multiply(0.5) | round(1) }}', 3, 1.5],
    ['{{ (value * 0.01) | round(1) }}', 2156, 21.6],
    // Filters bind tighter than the product: here 0.16 is rounded, not the value.
    ['{{ value * 0.16 | round(1) }}', 10, 2],
    ['{{ value * (2 * 5) / -2 }}', 3, -15],
    ['{{ value | float }}', 'unavailable', 'unavailable'],
    ['{{ value | float(0) }}', null, null],
    ['{{ value | float(default=0) | round(1) }}', 21.54, 21.5],
  ])('%s makes of %j %j', (template, raw, result) => {
    expect(value(template, raw)).toBe(result)
  })

  it.each([
    ['{% if value %}{{ value }}{% endif %}', 'only one {{ expression }}'],
    ['{{ value }} °C', 'only one {{ expression }}'],
    ['{{ value }}{{ value }}', 'only one {{ expression }}'],
    ['value_json.a', 'only one {{ expression }}'],
    ["{{ states('sensor.x') }}", 'states'],
    ['{{ value_json.a | default(0) }}', '| default'],
    ['{{ value_json.a | is_defined }}', '| is_defined'],
    ['{{ value_json.a + 1 }}', '+'],
    ['{{ value_json.a - 1 }}', '-'],
    ['{{ value_json.a * value_json.b }}', '* of two values'],
    ['{{ 1 / value_json.a }}', '/ of two values'],
    ['{{ value / 0 }}', '/ 0'],
    ['{{ value_json.get("a") }}', '.get'],
    ['{{ value_json.a if value_json.a else 0 }}', 'if'],
    ['{{ value_json[key] }}', '[key'],
    ['{{ value_json.a | round(value) }}', 'value'],
    ['{{ value_json.a | round(99) }}', '| round'],
    ['{{ 5 }}', 'a constant'],
    ['{{ }}', 'nothing'],
    ['{{ value | }}', '| |'],
    ["{{ ''.__class__ }}", "''"],
    ['{{ (value }}', '( without )'],
    [`{{ ${'('.repeat(50)}value }}`, '((…'],
    [`{{ value_json${'.a'.repeat(500)} }}`, 'only one {{ expression }}'],
  ])('%s is refused', (template, why) => {
    expect(parseTemplate(template)).toEqual({ refused: why })
  })

  it('of whatever text is read or refused, and never run', () => {
    const word = fc.constantFrom(
      ...[
        'value',
        'value_json',
        '.a',
        "['b']",
        '|',
        'float',
        'round',
        '(',
        ')',
        '1',
        '*',
        '/',
        '-',
        ',',
        ' ',
        '__class__',
        '%',
      ],
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.anything(), (words, raw) => {
        const parsed = parseTemplate(`{{ ${words.join('')} }}`)
        if ('refused' in parsed) expect(parsed.refused.length).toBeLessThan(61)
        else applySteps(raw, parsed.steps)
      }),
      { numRuns: 3000 },
    )
  })
})
