/** What a value of a telegram is about. */
export interface Quantity {
  readonly metric: string
  readonly channel?: string
}

/**
 * The quantity of an electricity code, given as medium and groups C.D.E: `1:21.7.0`. Group C counts quantities from 1 for the whole and
 * from 21, 41 and 61 for the phases; group D is 7 for what is now, 8 for counters, 4 and 6 for means and greatest means over 15
 * minutes; group E is the tariff (IEC 62056-61 §5).
 */
export function quantityOf(what: string): Quantity | undefined {
  let quantity = quantities.get(what)
  if (quantity === undefined) {
    quantity = findQuantity(what)
    // What is asked comes from the wire.
    if (quantities.size < quantitiesMax) quantities.set(what, quantity)
  }
  return quantity ?? undefined
}

const quantities = new Map<string, Quantity | null>()
const quantitiesMax = 1024

function findQuantity(what: string): Quantity | null {
  const [medium, groups] = what.split(':')
  const [c, d, e] = groups!.split('.').map(Number)
  if (medium !== '1') return null
  const phase = c! > 20 && c! <= 80 ? Math.floor((c! - 1) / 20) : 0
  const [now, counter] = perPhase[c! - 20 * phase] ?? []
  const part = phase > 0 ? `L${phase}` : undefined
  if (d === 7 && e === 0 && now) return { metric: now, ...(part && { channel: part }) }
  if (d === 8 && counter) return counterOf(counter, part, e!)
  // Belgium: the mean that the capacity tariff goes by, and the greatest of the month.
  if (c === 1 && d === 4 && e === 0) return { metric: 'power', channel: 'average' }
  if (c === 1 && d === 6 && e === 0) return { metric: 'power_max', channel: 'month' }
  return null
}

function counterOf(metric: string, part: string | undefined, tariff: number): Quantity | null {
  if (tariff > 9) return null
  const channel = [part, tariff > 0 ? `t${tariff}` : undefined].filter(Boolean).join('.')
  return { metric, ...(channel && { channel }) }
}

/** Metric of the present value and of the counter, by group C. */
const perPhase: Readonly<Record<number, readonly [now: string, counter?: string]>> = {
  1: ['power', 'energy'],
  2: ['power_returned', 'energy_returned'],
  3: ['reactive_power', 'reactive_energy'],
  4: ['reactive_power_returned', 'reactive_energy_returned'],
  9: ['apparent_power'],
  11: ['current'],
  12: ['voltage'],
  13: ['power_factor'],
  14: ['frequency'],
}

/** What a meter in an M-Bus slot counts: by its device type (EN 13757-3 §5.7), or by the unit of its value where it gives none. */
export function slotQuantity(type: number, value: string): Quantity | undefined {
  const known = slotTypes[type]
  if (known) return known
  const unit = value.slice(value.indexOf('*') + 1)
  if (/^[GM]J$/.test(unit)) return { metric: 'heat_energy' }
  if (/^[kM]?Wh$/.test(unit)) return { metric: 'energy' }
  return Number.isNaN(type) && /^m3$/i.test(unit) ? { metric: 'gas_volume' } : undefined
}

const slotTypes: Readonly<Record<number, Quantity>> = {
  2: { metric: 'energy' },
  3: { metric: 'gas_volume' },
  4: { metric: 'heat_energy' },
  6: { metric: 'water_volume' },
  7: { metric: 'water_volume' },
  10: { metric: 'heat_energy', channel: 'cooling' },
  11: { metric: 'heat_energy', channel: 'cooling' },
  12: { metric: 'heat_energy' },
  13: { metric: 'heat_energy' },
  21: { metric: 'water_volume' },
  22: { metric: 'water_volume' },
}
