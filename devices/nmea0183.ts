import { defineDevice } from '../src/decode/profile.ts'

export const nmea0183 = defineDevice({
  id: 'nmea0183',
  name: 'NMEA 0183 instruments and GNSS receivers',
  family: 'nmea',
  about: 'https://gpsd.gitlab.io/gpsd/NMEA.html',
  serial: {
    framing: { kind: 'lines', maxBytes: 256 },
    // 4800 by the standard; GNSS receivers and AIS use 9600 to 115200.
    baud: 4800,
    many: true,
    usb: [{ vendor: '1546' }, { vendor: '067b', product: '2303' }],
  },
  messages: [{ protocol: 'nmea0183' }],
  examples: [
    {
      payload: '$WIMWV,124.0,R,09.2,N,A*1F',
      readings: [
        { device: 'nmea:WI', metric: 'wind_direction', channel: 'apparent', value: 124, unit: 'deg' },
        { metric: 'wind_speed', channel: 'apparent', value: 4.732888889, unit: 'm/s' },
      ],
    },
    {
      payload: '$GNRMC,101530.50,A,4807.0380,N,01131.0000,E,12.4,084.4,050326,,,A*7C',
      receivedAt: '2026-03-05T10:15:31Z',
      readings: [
        { device: 'nmea:GN', metric: 'latitude', value: 48.1173, unit: 'lat', time: '2026-03-05T10:15:30.500Z' },
        { metric: 'longitude', value: 11.516666666666667, unit: 'lon' },
        { metric: 'speed', value: 6.379111111, unit: 'm/s' },
        { metric: 'course', value: 84.4, unit: 'deg' },
      ],
    },
    { payload: '$SDDBT,18.4,f,5.6,M,3.1,F*3B', rejected: ['checksum_mismatch'] },
    { payload: '$GPGGA,101530,,,,,0,00,,,M,,M,,*60', rejected: ['no_value'] },
  ],
})
