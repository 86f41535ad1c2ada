import { defineDevice } from '../src/decode/profile.ts'

/** Packs are recognised by their form, on whatever topic. */
export const senml = defineDevice({
  id: 'senml',
  name: 'Sensor Measurement Lists',
  about: 'https://www.rfc-editor.org/rfc/rfc8428',
  messages: [{ topic: '{path...}', protocol: 'senml' }],
  examples: [
    {
      topic: 'farm/uplink',
      payload:
        '[{"bn":"urn:dev:mac:0011223344556677:","bt":1780315190,"n":"temperature","u":"Cel","v":14.5},{"n":"humidity","u":"%RH","v":71,"t":4},{"n":"barn/door","vb":true}]',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        {
          device: 'senml:urn:dev:mac:0011223344556677',
          metric: 'temperature',
          value: 14.5,
          unit: 'Cel',
          time: '2026-06-01T11:59:50.000Z',
        },
        { metric: 'humidity', value: 71, unit: '%RH', time: '2026-06-01T11:59:54.000Z' },
        { metric: 'door', channel: 'barn', value: true, unit: null, time: '2026-06-01T11:59:50.000Z' },
      ],
    },
    {
      topic: 'farm/pump',
      payload: '[{"n":"pump1/flow","u":"l/s","v":0.5,"t":-60},{"n":"pump1/inlet","u":"kW","v":1.2,"s":3600000}]',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        { device: 'senml:pump1', metric: 'flow', value: 1.8, unit: 'm3/h', time: '2026-06-01T11:59:00.000Z' },
        { metric: 'power', channel: 'inlet', value: 1200, unit: 'W' },
        { metric: 'inlet_sum', value: 3_600_000, unit: null },
      ],
    },
    {
      topic: 'farm/uplink',
      payload:
        '[{"bn":"kiln:","n":"burning","u":"min","v":90},{"n":"load","u":"g","v":450},{"n":"damper","v":1,"vb":true}]',
      readings: [
        { device: 'senml:kiln', metric: 'burning', value: 5400, unit: 's' },
        { metric: 'load', value: 0.45, unit: 'kg' },
      ],
      rejected: ['bad_frame'],
    },
    { topic: 'farm/uplink', payload: '[{"n":"a/temperature","u":"Cel","v":-300}]', rejected: ['out_of_range'] },
    {
      topic: 'farm/uplink',
      payload: '[{"n":"a/temperature","u":"Cel","v":20,"crs_":"x"}]',
      rejected: ['unsupported_feature'],
    },
    { topic: 'farm/uplink', payload: '[{"bver":11,"n":"a/x","v":1}]', rejected: ['unsupported_feature'] },
  ],
})
