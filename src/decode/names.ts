import { findMetric } from '../metrics.ts'
import { conversion } from '../units.ts'
import { fillers, isPlace, type Meaning, spellings, unitSuffixes, vague } from './vocabulary.ts'

/** What a field of that name measures, in whatever case and spelling; undefined when the name is not known. */
export function meaningOf(name: string): Meaning | undefined {
  let meaning = memo.get(name)
  if (meaning === undefined) {
    meaning = name.length > nameLengthMax ? null : (findMeaning(snakeCase(name)) ?? null)
    // Names come from the network: those beyond the bound are looked up anew each time.
    if (memo.size < memoMax) memo.set(name, meaning)
  }
  return meaning ?? undefined
}

/** The same for a name that ends with what it measures, as in `living_room_temperature` or `bme280_pressure_value`. */
export function endingMeaning(name: string): Meaning | undefined {
  const whole = meaningOf(name)
  if (whole || name.length > nameLengthMax) return whole
  const tokens = snakeCase(name).split('_')
  return meaningOfEnd(tokens) ?? meaningOfEnd(withoutFillers(tokens))
}

function meaningOfEnd(tokens: string[]): Meaning | undefined {
  for (let from = 0; from < tokens.length; from++) {
    const meaning = meaningOf(tokens.slice(from).join('_'))
    if (meaning && !meaning.weak) return meaning
  }
  return undefined
}

function withoutFillers(tokens: readonly string[]): string[] {
  let end = tokens.length
  if (/^\d{1,2}$/.test(tokens[end - 1]!) && fillers.has(tokens[end - 2] ?? '')) end--
  while (fillers.has(tokens[end - 1] ?? '')) end--
  return tokens.slice(0, end)
}

/** Whether a name does not tell the unit: a volume is litres of water or the loudness of a radio, unless it is `volume_l`. */
export function isVague({ metric, unit }: Meaning): boolean {
  return unit === undefined && vague.has(metric)
}

/** `PM2.5` → `pm2_5`, `dewPoint` → `dew_point`, `Luft-Druck` → `luft_druck`. */
export function snakeCase(name: string): string {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** Longest name looked at, and longest metric name kept. */
export const nameLengthMax = 64

const memoMax = 4096
const memo = new Map<string, Meaning | null>()

function findMeaning(name: string): Meaning | undefined {
  const whole = spellings.get(name)
  if (whole) return whole
  const tokens = name.split('_')
  return withUnit(tokens) ?? withNumber(name) ?? withPlace(tokens)
}

/** `temperature_c`, `pressure_hpa`: a known name and a unit that fits it. */
function withUnit(tokens: string[]): Meaning | undefined {
  for (let cut = tokens.length - 1; cut > 0 && cut >= tokens.length - 2; cut--) {
    const unit = unitSuffixes.get(tokens.slice(cut).join('_'))
    const meaning = unit === undefined ? undefined : spellings.get(tokens.slice(0, cut).join('_'))
    const canonical = meaning && findMetric(meaning.metric)?.unit
    if (canonical && conversion(unit!, canonical)) return { ...meaning, unit: unit! }
    // `battery_mv` is no charge.
    if (meaning?.metric === 'battery' && conversion(unit!, 'V')) return { metric: 'battery_voltage', unit: unit! }
  }
  return undefined
}

/** `temp2`, `temperature_1`, `temp_c1`. */
function withNumber(name: string): Meaning | undefined {
  const digits = /^(.*?)_?(\d{1,3})$/.exec(name)
  const meaning = digits && (spellings.get(digits[1]!) ?? withUnit(digits[1]!.split('_')))
  return meaning && !meaning.weak ? { ...meaning, channel: digits[2]! } : undefined
}

/** `indoor_temp`, `temperature_outside`, `state_left`, `power_phase_b`, `bme280_temperature`, `temp_c_sht`. */
function withPlace(tokens: string[]): Meaning | undefined {
  for (const [place, rest] of [
    [tokens[0]!, tokens.slice(1)],
    [tokens.at(-1)!, tokens.slice(0, -1)],
    [tokens.slice(-2).join('_'), tokens.slice(0, -2)],
  ] as const) {
    const meaning = spellings.get(rest.join('_')) ?? withUnit(rest)
    if (meaning && !meaning.weak && isPlace(place, meaning.metric))
      return { ...meaning, channel: place.replace('18_b', '18b') }
  }
  return undefined
}
