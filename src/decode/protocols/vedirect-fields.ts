import type { MetricTarget, Target } from '../profile.ts'

/** What a field of a text block measures. */
export interface VeDirectField {
  readonly reading: MetricTarget
  readonly channel?: string
}

function field(metric: string, unit: string, channel?: string, more: Target = {}): VeDirectField {
  return { reading: { ...more, metric, unit }, ...(channel && { channel }) }
}

/** Counted in steps of 10 Wh. */
const hundredths: Target = { scale: 0.01 }
/** Begins anew each day: a drop is no fault. */
const ofDay: Target = { scale: 0.01, kind: 'gauge' }
/** -1: it would take for ever. */
const endless: Target = { sentinels: [-1] }

/** States of chargers and inverters, field `CS`. */
const chargeStates: Readonly<Record<string, string>> = {
  0: 'off',
  1: 'low_power',
  2: 'fault',
  3: 'bulk',
  4: 'absorption',
  5: 'float',
  6: 'storage',
  7: 'equalize',
  9: 'inverting',
  11: 'power_supply',
  245: 'starting_up',
  246: 'repeated_absorption',
  247: 'auto_equalize',
  248: 'battery_safe',
  252: 'external_control',
}

/** Modes of inverters, field `MODE`. */
const modes: Readonly<Record<string, string>> = { 1: 'charger', 2: 'inverter', 4: 'off', 5: 'eco', 253: 'hibernate' }

/** By label; those that are not here are settings, versions, counts of events and bits for service (§ "Field description"). */
export const fields: Readonly<Record<string, VeDirectField>> = {
  V: field('voltage', 'mV'),
  V2: field('voltage', 'mV', 'battery_2'),
  V3: field('voltage', 'mV', 'battery_3'),
  VS: field('voltage', 'mV', 'starter'),
  VM: field('voltage', 'mV', 'midpoint'),
  DM: field('midpoint_deviation', '/1000'),
  VPV: field('voltage', 'mV', 'panel'),
  PPV: field('power', 'W', 'panel'),
  I: field('current', 'mA'),
  I2: field('current', 'mA', 'battery_2'),
  I3: field('current', 'mA', 'battery_3'),
  IL: field('current', 'mA', 'load'),
  LOAD: { reading: { metric: 'state', words: { ON: true, OFF: false } }, channel: 'load' },
  T: field('temperature', 'Cel'),
  P: field('power', 'W'),
  CE: field('charge_consumed', 'mAh'),
  SOC: field('battery', '%EL', undefined, { scale: 0.1 }),
  TTG: field('time_to_go', 'min', undefined, endless),
  H1: field('deepest_discharge', 'mAh'),
  H2: field('last_discharge', 'mAh'),
  H7: field('min_voltage', 'mV'),
  H8: field('max_voltage', 'mV'),
  H15: field('min_voltage', 'mV', 'starter'),
  H16: field('max_voltage', 'mV', 'starter'),
  H17: field('energy_discharged', 'kWh', undefined, hundredths),
  H18: field('energy_charged', 'kWh', undefined, hundredths),
  H19: field('energy', 'kWh', 'total', hundredths),
  H20: field('energy', 'kWh', 'today', ofDay),
  H21: field('power_max', 'W', 'today'),
  H22: field('energy', 'kWh', 'yesterday', ofDay),
  H23: field('power_max', 'W', 'yesterday'),
  CS: { reading: { metric: 'charge_state', words: chargeStates } },
  MODE: { reading: { metric: 'mode', words: modes } },
  ERR: { reading: { metric: 'error_code' } },
  AC_OUT_V: field('voltage', 'V', 'ac_out', hundredths),
  AC_OUT_I: field('current', 'A', 'ac_out', { scale: 0.1 }),
  AC_OUT_S: field('apparent_power', 'VA', 'ac_out'),
  DC_IN_V: field('voltage', 'V', 'dc_in', hundredths),
  DC_IN_I: field('current', 'A', 'dc_in', { scale: 0.1 }),
  DC_IN_P: field('power', 'W', 'dc_in'),
}

/** A solar charger has two sides; what it says without naming one is about its battery. */
export const solarChannels: Readonly<Record<string, string>> = { V: 'battery', I: 'battery' }
