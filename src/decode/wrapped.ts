/** How documents that no profile describes put a value, its name and its unit beside each other. */

/** `{"value": 21.5, "unit": "°C"}`: an object that stands for one value. */
export interface Wrapped {
  readonly value: unknown
  readonly unit?: string
}

/** The object as one value, when it is one. */
export function unwrap(object: object): Wrapped | undefined {
  if (Array.isArray(object) || !Object.hasOwn(object, 'value')) return undefined
  const { value } = object as { value: unknown }
  if (typeof value === 'object' && value !== null) return undefined
  const unit = textAt(object, unitNames)
  return unit === undefined ? { value } : { value, unit }
}

/** The unit that an object names for one of its members, as in `temperature_unit`, or for all of them. */
export function unitBeside(object: object, member: string): string | undefined {
  return textAt(object, [`${member}_unit`, `${member}Unit`]) ?? textAt(object, unitNames)
}

/** Whether an object names units at all: most do not, and are not searched for each member. */
export function hasUnits(object: object): boolean {
  for (const name in object) if (name.endsWith('nit') || name.endsWith('nits') || name.endsWith('ment')) return true
  return false
}

/** What `{"sensor": "temperature", "value": 21.5}` says of its value: texts that may be the name of a quantity. */
export function* namesWithin(object: object): Generator<string> {
  for (const key of nameKeys) {
    const name = textAt(object, [key])
    if (name !== undefined) yield name
  }
}

const unitNames = ['unit', 'units', 'uom', 'unit_of_measurement', 'u']
const nameKeys = ['name', 'metric', 'measurement', 'quantity', 'parameter', 'sensor', 'type', 'key', 'label', 'n']

/** A longer text is neither a name nor a unit. */
const textMax = 64

function textAt(object: object, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined
    if (typeof value === 'string' && value !== '' && value.length <= textMax) return value
  }
  return undefined
}
