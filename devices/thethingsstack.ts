import { defineDevice } from '../src/decode/profile.ts'

/** LoRaWAN devices by their EUI, whichever application or gateway they come through. */
export const thethingsstack = defineDevice({
  id: 'thethingsstack',
  name: 'The Things Stack',
  family: 'lorawan',
  about: 'https://www.thethingsindustries.com/docs/integrations/data-formats/',
  messages: [
    {
      topic: 'v3/{app}/devices/{device}/up',
      protocol: 'thethingsstack',
      // The frame counter begins anew with each session. It is left out while it is 0.
      sequence: '{$.uplink_message.session_key_id}/{$.uplink_message.f_cnt}',
    },
    { topic: 'v3/{app}/devices/{device}/{kind:join|location}', protocol: 'thethingsstack' },
    { topic: 'v3/{app}/devices/{device}/location/solved', protocol: 'thethingsstack' },
    { topic: 'v3/{app}/devices/{device}/down/{verb:push|replace}', ignore: 'command_topic' },
    { topic: 'v3/{app}/devices/{device}/{rest...}', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'v3/orchard@tenant/devices/plot-9/up',
      payload:
        '{"end_device_ids":{"device_id":"plot-9","dev_eui":"70b3d57ed00aa001"},"uplink_message":{"f_cnt":12,"received_at":"2026-06-01T11:59:58.25Z","decoded_payload":{"TempC1":17.5,"leaf":3,"state":"ok"},"rx_metadata":[{"rssi":-119,"snr":-7.5},{"rssi":-97,"snr":4.25}]}}',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        {
          device: 'lorawan:70B3D57ED00AA001',
          metric: 'rssi',
          value: -97,
          unit: 'dBm',
          time: '2026-06-01T11:59:58.250Z',
        },
        { metric: 'snr', value: 4.25, unit: 'dB' },
        { metric: 'temperature', channel: '1', value: 17.5, unit: 'Cel' },
        { metric: 'leaf', value: 3, unit: null },
        { metric: 'state', value: 'ok', unit: null },
      ],
    },
    {
      topic: 'v3/orchard@tenant/devices/plot-9/up',
      payload:
        '{"end_device_ids":{"device_id":"plot-9"},"uplink_message":{"decoded_payload":{"t":999},"normalized_payload":[{"air":{"temperature":17.5},"soil":{"ec":1.2}},{"soil":{"moisture":140}}]}}',
      readings: [
        { device: 'lorawan:plot-9', metric: 'temperature', value: 17.5, unit: 'Cel' },
        { metric: 'conductivity', channel: 'soil', value: 1200, unit: 'uS/cm' },
      ],
      rejected: ['out_of_range'],
    },
    {
      topic: 'v3/orchard@tenant/devices/plot-10/up',
      payload:
        '{"end_device_ids":{"dev_eui":"70B3D57ED00AA002"},"uplink_message":{"decoded_payload":{"Bat":"3.52 V","TempC_DS":"327.67","temp_SOIL":"11.5","Distance":"820 mm","bytes":[1,2],"fw_version":12}}}',
      readings: [
        { device: 'lorawan:70B3D57ED00AA002', metric: 'battery_voltage', value: 3.52, unit: 'V' },
        { metric: 'distance', value: 0.82, unit: 'm' },
        { metric: 'temperature', channel: 'soil', value: 11.5, unit: 'Cel' },
      ],
      rejected: ['sentinel'],
    },
    {
      topic: 'v3/orchard@tenant/devices/plot-9/up',
      payload: '{"uplink_message":{"f_port":2,"frm_payload":"AQID"}}',
      rejected: ['no_decoder'],
    },
    { topic: 'v3/orchard@tenant/devices/plot-9/down/push', payload: '{"downlinks":[]}', rejected: ['command_topic'] },
  ],
})
