import { expect, it } from 'vitest'
import { families } from '../../../devices/index.ts'
import { byteXor } from '../../../src/checksum.ts'
import { createDecoder } from '../../../src/decode/engine.ts'

const decoder = createDecoder(families)

/** What a sentence says, its checksum added. */
function read(body: string) {
  return readLine(`$${body}*${byteXor(Buffer.from(body)).toString(16).padStart(2, '0').toUpperCase()}`)
}

function readLine(line: string) {
  const payload = Buffer.from(line, 'latin1')
  const { readings, rejected } = decoder.decode(
    { transport: 'serial', source: 'port', profile: 'nmea0183', payload, receivedAt: Date.UTC(2026, 5, 1) },
    new Map(),
    { synced: true },
  )
  return [
    ...readings.map(({ metric, channel, value, unit }) => [metric, channel, value, unit].filter(Boolean).join(' ')),
    ...rejected.map(({ reason }) => reason),
  ]
}

it('reads wind however it is told', () => {
  expect(read('WIVWR,45.0,L,10.0,N,5.1,M,18.5,K')).toEqual([
    'wind_direction apparent 315 deg',
    'wind_speed apparent 5.144444444 m/s',
  ])
  expect(read('WIVWT,30.0,R,,N,4.0,M,,K')).toEqual(['wind_direction true 30 deg', 'wind_speed true 4 m/s'])
  expect(read('WIMWD,270.0,T,268.0,M,12.0,N,6.2,M')).toEqual(['wind_direction true 270 deg', 'wind_speed true 6.2 m/s'])
})

it('works out the true heading where the variation is known', () => {
  expect(read('HCHDG,358.5,1.0,E,4.5,E')).toEqual(['heading magnetic 359.5 deg', 'heading true 4 deg'])
  expect(read('HCHDG,98.3,,,,')).toEqual(['heading magnetic 98.3 deg'])
  expect(read('HETHS,77.5,A')).toEqual(['heading true 77.5 deg'])
  expect(read('HETHS,77.5,V')).toEqual(['no_value'])
})

it('takes only what an instrument says is valid', () => {
  expect(read('AGRSA,-5.5,A,,V')).toEqual(['rudder_angle -5.5 deg'])
  expect(read('AGRSA,-5.5,V,,V')).toEqual(['no_value'])
  expect(read('VDVBW,5.2,0.1,A,5.9,0.2,V')).toEqual(['speed water 2.675111111 m/s'])
  expect(read('ERRPM,E,1,1850.0,,A')).toEqual(['fan_speed engine_1 1850 1/min'])
  expect(read('ERRPM,E,1,1850.0,,V')).toEqual(['no_value'])
})

it('tells how far, how deep and where the water goes', () => {
  expect(read('VWVLW,7803.2,N,12.5,N')).toEqual(['distance water_total 14451526.4 m', 'distance water_trip 23150 m'])
  expect(read('SDDPT,12.4,-1.1')).toEqual(['depth below_transducer 12.4 m', 'depth below_keel 11.3 m'])
  expect(read('IIVDR,110.0,T,112.0,M,1.8,N')).toEqual(['current_direction true 110 deg', 'current_speed 0.926 m/s'])
})

it('names transducers by what they measure, each in its unit', () => {
  expect(read('IIXDR,C,19.5,C,AirTemp,P,101300,P,Baro,A,-2.5,D,ROLL,E,62,P,FUEL,U,12.71,V,BATT#0,Q,1,X,ODD')).toEqual([
    'temperature AirTemp 19.5 Cel',
    'pressure Baro 1013 hPa',
    'angle ROLL -2.5 deg',
    'fill_level FUEL 62 /100',
    'voltage BATT#0 12.71 V',
  ])
})

it('passes over what says nothing about the world, and refuses what is no sentence', () => {
  expect(read('GPZDA,101530.00,05,03,2026,00,00')).toEqual(['ignored_sentence'])
  expect(read('PGRMZ,246,f,3')).toEqual(['ignored_sentence'])
  expect(read('gpgga,1')).toEqual(['bad_frame'])
})

it('takes no position that a receiver made up', () => {
  expect(read('GPRMC,101530,A,4807.038,N,01131.000,E,0.0,0.0,010626,,,S')).toEqual(['no_value'])
  expect(read('GPGGA,101530,4807.038,N,01131.000,E,8,08,0.9,545.4,M,46.9,M,,')).toEqual(['no_value'])
  expect(read('GPGLL,4807.038,N,01131.000,E,101530,A,N')).toEqual(['no_value'])
})

it('reads the unit that a sentence gives, and whichever field is filled', () => {
  expect(read('YXMTW,63.5,F')).toEqual(['water_temperature 17.5 Cel'])
  expect(read('YXMTW,15,2,C')).toEqual(['unknown_unit'])
  expect(read('SDDBT,7.8,f,,M,,F')).toEqual(['depth below_transducer 2.37744 m'])
  expect(read('SDDBT,,f,,M,2.0,F')).toEqual(['depth below_transducer 3.6576 m'])
  expect(read('WIMMB,29.9350,I,,B')).toEqual(['pressure 1013.715447466 hPa'])
  expect(read('GPVTG,054.7,034.4,005.5,010.2')).toEqual(['course 54.7 deg', 'speed 2.829444444 m/s'])
  expect(read('IIVWR,45.0,,10.0,N,,M,,K')).toEqual(['wind_speed apparent 5.144444444 m/s', 'type_mismatch'])
  expect(read('SDDBT,,f,,M,,F')).toEqual(['no_value'])
})

it('takes of sentences glued together those that are whole', () => {
  const whole = '$IIMWV,074,T,05.85,N,A*2E'
  const wind = ['wind_direction true 74 deg', 'wind_speed true 3.0095 m/s']
  expect(readLine(`$GPGGA,1720${whole}`)).toEqual([...wind, 'checksum_mismatch'])
  expect(readLine(`${whole}$YXMTW,15.2,C*14`)).toEqual([...wind, 'water_temperature 15.2 Cel'])
  expect(readLine(`\\s:mast,c:1780315200*0A\\${whole}`)).toEqual(wind)
  expect(readLine(`$YXMTW,15.2,C$YXMTW,15.`)).toEqual(['checksum_mismatch', 'checksum_mismatch'])
})
