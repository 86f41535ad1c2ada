import { defineDevice, type Readings } from '../src/decode/profile.ts'

const meter = { device: 'meter', name: 'Smart meter' }

/** Fields of a telegram, in the units of the P1 port. */
const telegram: Readings = {
  electricity_delivered_1: { metric: 'energy', channel: 't1' },
  electricity_delivered_2: { metric: 'energy', channel: 't2' },
  electricity_returned_1: { metric: 'energy_returned', channel: 't1' },
  electricity_returned_2: { metric: 'energy_returned', channel: 't2' },
  electricity_currently_delivered: { metric: 'power', unit: 'kW' },
  electricity_currently_returned: { metric: 'power_returned', unit: 'kW' },
  extra_device_delivered: { metric: 'gas_volume' },
  ...phases('phase_currently_delivered', { metric: 'power', unit: 'kW' }),
  ...phases('phase_currently_returned', { metric: 'power_returned', unit: 'kW' }),
  ...phases('phase_voltage', { metric: 'voltage' }),
  ...phases('phase_power_current', { metric: 'current' }),
}

/** Sums since the day, month or year began: they fall back to zero, so they are no counters. */
function sums(period: string): Readings {
  const sum = (metric: string, tariff = '') => ({ metric, kind: 'gauge' as const, channel: `${period}${tariff}` })
  return {
    electricity1: sum('energy', '.t1'),
    electricity2: sum('energy', '.t2'),
    electricity_merged: sum('energy'),
    electricity1_returned: sum('energy_returned', '.t1'),
    electricity2_returned: sum('energy_returned', '.t2'),
    electricity_returned_merged: sum('energy_returned'),
    gas: sum('gas_volume'),
    water: sum('water_volume'),
  }
}

export const dsmrReader = defineDevice({
  id: 'dsmr-reader',
  name: 'DSMR-reader',
  about: 'https://dsmr-reader.readthedocs.io/en/latest/reference/plugins.html',
  messages: [
    { topic: 'dsmr/reading/{field}', form: 'value', under: '{field}', readings: telegram, ...meter },
    { topic: ['dsmr/json', 'dsmr/reading'], form: 'object', time: { at: 'timestamp' }, readings: telegram, ...meter },
    {
      topic: 'dsmr/consumption/{kind:gas|water}/{field}',
      form: 'value',
      under: '{kind}/{field}',
      readings: {
        'gas.delivered': 'gas_volume',
        'gas.currently_delivered': 'gas_flow',
        'water.delivered': 'water_volume',
        'water.currently_delivered': 'water_flow',
      },
      ...meter,
    },
    {
      topic: 'dsmr/consumption/quarter-hour-peak-electricity/{field}',
      form: 'value',
      under: '{field}',
      readings: { average_delivered: { metric: 'power', unit: 'kW', channel: 'quarter_hour' } },
      ...meter,
    },
    {
      topic: 'dsmr/{period:day-consumption|current-month|current-year}/{field}',
      under: '{field}',
      readings: sums('{period}'),
      ...meter,
    },
    { topic: 'dsmr/day-totals', form: 'object', readings: sums('day-consumption'), ...meter },
    { topic: 'dsmr/{rest...}', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'dsmr/reading/phase_currently_returned_l3',
      payload: '1.305',
      readings: [{ device: 'dsmr-reader:meter', metric: 'power_returned', channel: 'L3', value: 1305, unit: 'W' }],
    },
    {
      topic: 'dsmr/json',
      payload: '{"timestamp":"2026-06-01T11:59:50Z","electricity_delivered_1":"4021.117","phase_voltage_l1":"231"}',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        { metric: 'energy', channel: 't1', value: 4021.117, unit: 'kWh', time: '2026-06-01T11:59:50.000Z' },
        { metric: 'voltage', channel: 'L1', value: 231, unit: 'V' },
      ],
    },
    {
      topic: 'dsmr/day-consumption/electricity_merged',
      payload: '6.25',
      readings: [{ metric: 'energy', channel: 'day-consumption', value: 6.25, unit: 'kWh' }],
    },
    {
      topic: 'dsmr/day-totals',
      payload: '{"electricity1":"2.125","total_cost":"1.02"}',
      readings: [{ metric: 'energy', channel: 'day-consumption.t1', value: 2.125, unit: 'kWh' }],
    },
    { topic: 'dsmr/reading/electricity_currently_delivered', payload: 'None', rejected: ['no_value'] },
    { topic: 'dsmr/meter-stats/electricity_tariff', payload: '2', rejected: ['ignored_topic'] },
  ],
})

function phases(field: string, target: { metric: string; unit?: string }): Readings {
  return Object.fromEntries([1, 2, 3].map((phase) => [`${field}_l${phase}`, { ...target, channel: `L${phase}` }]))
}
