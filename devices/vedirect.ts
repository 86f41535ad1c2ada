import { defineDevice } from '../src/decode/profile.ts'

export const vedirect = defineDevice({
  id: 'vedirect',
  name: 'Victron VE.Direct: BMV, SmartShunt, MPPT, Phoenix',
  about: 'https://www.victronenergy.com/upload/documents/VE.Direct-Protocol-3.33.pdf',
  silentAfterMs: 5 * 60_000,
  serial: {
    framing: { kind: 'vedirect' },
    baud: 19_200,
    // Victron's own cable.
    usb: [{ vendor: '0403', product: '6015', model: 'VE_Direct' }],
    silentMs: 60_000,
  },
  messages: [{ protocol: 'vedirect' }],
  examples: [
    {
      hex: '0d0a504944093078413338390d0a560932363431300d0a56530931323838300d0a49092d31313230300d0a50092d3239360d0a4345092d34353130300d0a534f43093737340d0a545447093631330d0a416c61726d094f46460d0a465709303431330d0a436865636b73756d0990',
      readings: [
        { metric: 'voltage', value: 26.41, unit: 'V' },
        { metric: 'voltage', channel: 'starter', value: 12.88, unit: 'V' },
        { metric: 'current', value: -11.2, unit: 'A' },
        { metric: 'power', value: -296, unit: 'W' },
        { metric: 'charge_consumed', value: -45.1, unit: 'Ah' },
        { metric: 'battery', value: 77.4, unit: '%EL' },
        { metric: 'time_to_go', value: 36780, unit: 's' },
      ],
    },
    {
      hex: '0d0a4831092d38313030300d0a48370932333131300d0a48380932383933300d0a4831370935313234300d0a4831380936303331320d0a436865636b73756d0919',
      readings: [
        { metric: 'deepest_discharge', value: -81, unit: 'Ah' },
        { metric: 'min_voltage', value: 23.11, unit: 'V' },
        { metric: 'max_voltage', value: 28.93, unit: 'V' },
        { metric: 'energy_discharged', value: 512.4, unit: 'kWh' },
        { metric: 'energy_charged', value: 603.12, unit: 'kWh' },
      ],
    },
    {
      hex: '0d0a504944093078413036300d0a534552230948513232333341424344450d0a560931333331300d0a4909343230300d0a5650560934323137300d0a5050560935370d0a435309350d0a45525209300d0a4c4f4144094f46460d0a494c09300d0a48313909313230340d0a4832300933310d0a483231093138380d0a4832320936340d0a483233093234300d0a436865636b73756d0929',
      readings: [
        { device: 'vedirect:HQ2233ABCDE', metric: 'voltage', channel: 'battery', value: 13.31, unit: 'V' },
        { metric: 'current', channel: 'battery', value: 4.2, unit: 'A' },
        { metric: 'voltage', channel: 'panel', value: 42.17, unit: 'V' },
        { metric: 'power', channel: 'panel', value: 57, unit: 'W' },
        { metric: 'charge_state', value: 'float', unit: null },
        { metric: 'error_code', value: 0 },
        { metric: 'state', channel: 'load', value: false },
        { metric: 'current', channel: 'load', value: 0 },
        { metric: 'energy', channel: 'total', value: 12.04, unit: 'kWh' },
        { metric: 'energy', channel: 'today', value: 0.31 },
        { metric: 'power_max', channel: 'today', value: 188, unit: 'W' },
        { metric: 'energy', channel: 'yesterday', value: 0.64 },
        { metric: 'power_max', channel: 'yesterday', value: 240 },
      ],
    },
    {
      hex: '0d0a504944093078413233310d0a560931323831300d0a41435f4f55545f560932333030340d0a41435f4f55545f490931320d0a41435f4f55545f53093237360d0a435309390d0a4d4f444509320d0a436865636b73756d095e',
      readings: [
        { metric: 'voltage', value: 12.81, unit: 'V' },
        { metric: 'voltage', channel: 'ac_out', value: 230.04, unit: 'V' },
        { metric: 'current', channel: 'ac_out', value: 1.2, unit: 'A' },
        { metric: 'apparent_power', channel: 'ac_out', value: 276, unit: 'VA' },
        { metric: 'charge_state', value: 'inverting' },
        { metric: 'mode', value: 'inverter' },
      ],
    },
    { hex: '0d0a416c61726d094f46460d0a52656c6179094f46460d0a436865636b73756d09cd', rejected: ['nothing_measured'] },
    {
      hex: '0d0a560931333331300d0a54092d2d2d0d0a534f4309313031320d0a545447092d310d0a436865636b73756d090e',
      readings: [{ metric: 'voltage', value: 13.31, unit: 'V' }],
      rejected: ['no_value', 'out_of_range', 'sentinel'],
    },
    {
      hex: '0d0a504944093078413233310d0a560931323831300d0a41435f4f55545f560932333030340d0a41435f4f55545f490931320d0a41435f4f55545f53093237360d0a435309390d0a4d4f444509320d0a436865636b73756d0900',
      rejected: ['checksum_mismatch'],
    },
  ],
})
