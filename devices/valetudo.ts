import { defineDevice, type Readings } from '../src/decode/profile.ts'

const current: Readings = {
  time: { metric: 'duration', unit: 's' },
  area: { metric: 'area', unit: 'cm2' },
  count: 'count',
}

/** Robot vacuums. Topics and states are those of the Homie convention, under names of their own. */
export const valetudo = defineDevice({
  id: 'valetudo',
  name: 'Valetudo robot vacuum',
  about: 'https://valetudo.cloud/pages/integrations/mqtt.html',
  retainedIsCurrent: true,
  messages: [
    {
      topic: ['valetudo/{device}/{node}/{property}/set', 'valetudo/{device}/{node}/{sub}/{property}/set'],
      ignore: 'command_topic',
    },
    {
      topic: 'valetudo/{device}/$state',
      // Asleep and starting are not gone.
      availability: { online: ['ready', 'init', 'sleeping', 'alert'], offline: ['lost', 'disconnected'] },
    },
    {
      topic: 'valetudo/{device}/CurrentStatisticsCapability/{key}',
      under: '{key}',
      channel: 'current',
      readings: current,
    },
    { topic: 'valetudo/{device}/TotalStatisticsCapability/{key}', under: '{key}', channel: 'total', readings: current },
    {
      topic: 'valetudo/{device}/ConsumableMonitoringCapability/{part}',
      form: 'value',
      under: 'part',
      channel: '{part}',
      readings: {
        // Some robots tell the time that is left, in seconds, others the percentage.
        part: [
          { when: { at: 'part', is: 'refresh' }, reject: 'ignored_topic' },
          { metric: 'remaining', unit: null },
        ],
      },
    },
    {
      topic: 'valetudo/{device}/{node}/{property}',
      under: '{node}/{property}',
      readings: {
        'BatteryStateAttribute.level': 'battery',
        'BatteryStateAttribute.status': 'charge_state',
        'StatusStateAttribute.status': 'status',
        'WifiConfigurationCapability.signal': 'rssi',
        'AttachmentStateAttribute.*': { metric: 'state', type: 'flag', channel: '{*}' },
      },
    },
    {
      topic: ['valetudo/{device}/{attribute}', 'valetudo/{device}/{node}/{property}/{attribute}'],
      ignore: 'ignored_topic',
    },
  ],
  examples: [
    {
      topic: 'valetudo/upstairs/BatteryStateAttribute/level',
      payload: '77',
      readings: [{ device: 'valetudo:upstairs', metric: 'battery', value: 77, unit: '%EL' }],
    },
    {
      topic: 'valetudo/upstairs/TotalStatisticsCapability/area',
      payload: '12500000',
      readings: [{ metric: 'area', channel: 'total', value: 1250, unit: 'm2' }],
    },
    {
      topic: 'valetudo/upstairs/CurrentStatisticsCapability/time',
      payload: '1875',
      readings: [{ metric: 'duration', channel: 'current', value: 1875, unit: 's' }],
    },
    {
      topic: 'valetudo/upstairs/AttachmentStateAttribute/mop',
      payload: 'false',
      readings: [{ metric: 'state', channel: 'mop', value: false, unit: null }],
    },
    {
      topic: 'valetudo/upstairs/ConsumableMonitoringCapability/filter-main',
      payload: '48',
      readings: [{ metric: 'remaining', channel: 'filter-main', value: 48, unit: null }],
    },
    { topic: 'valetudo/upstairs/$state', payload: 'lost', retain: true, online: false },
    { topic: 'valetudo/upstairs/MapData/map-data-hass', payload: '{}', rejected: ['ignored_topic'] },
    { topic: 'valetudo/upstairs/BatteryStateAttribute/level', payload: '', rejected: ['empty'] },
  ],
})
