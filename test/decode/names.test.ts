import { describe, expect, it } from 'vitest'
import { endingMeaning, isVague, meaningOf } from '../../src/decode/names.ts'

const metricOf = (name: string) => meaningOf(name)?.metric

describe('a name', () => {
  it('is known in whatever case and spelling', () => {
    expect(['Temperature', 'airTemp', 'AIR_TEMPERATURE', 'temperatur'].map(metricOf)).toEqual(
      Array(4).fill('temperature'),
    )
    expect(['PM2.5', 'pm2_5', 'pm25'].map(metricOf)).toEqual(Array(3).fill('pm25'))
  })

  it('tells the unit that is written into it, if that is one of the metric', () => {
    expect(meaningOf('temp_f')).toEqual({ metric: 'temperature', unit: '°F' })
    expect(meaningOf('pressure_hpa')).toEqual({ metric: 'pressure', unit: 'hPa' })
    expect(meaningOf('humidity_v')).toBeUndefined()
    expect(meaningOf('pressure_hPa')).toEqual({ metric: 'pressure', unit: 'hPa' })
    expect(meaningOf('energyKWh')).toEqual({ metric: 'energy', unit: 'kWh' })
    expect(meaningOf('battery_mV')).toEqual({ metric: 'battery_voltage', unit: 'mV' })
    expect(meaningOf('RSSI_dBm')).toEqual({ metric: 'rssi', unit: 'dBm' })
    expect(meaningOf('rain_in')).toEqual({ metric: 'precipitation', unit: 'inch' })
    expect(meaningOf('pressure_in')).toEqual({ metric: 'pressure', channel: 'in' })
    expect(meaningOf('baromrelin')).toEqual({ metric: 'sea_pressure', unit: 'inHg' })
  })

  it('tells the number, the place, the gang or the phase as a channel', () => {
    expect(meaningOf('temp2')).toEqual({ metric: 'temperature', channel: '2' })
    expect(meaningOf('temperature_outside')).toEqual({ metric: 'temperature', channel: 'outside' })
    expect(meaningOf('state_left')).toEqual({ metric: 'state', channel: 'left' })
    expect(meaningOf('power_l2')).toEqual({ metric: 'power', channel: 'l2' })
    expect(meaningOf('current_phase_b')).toEqual({ metric: 'current', channel: 'phase_b' })
  })

  it('tells the chip or probe behind the unit, and one letter as a phase only of what has phases', () => {
    expect(meaningOf('TempC_SHT')).toEqual({ metric: 'temperature', unit: 'Cel', channel: 'sht' })
    expect(meaningOf('temp_DS18B20')).toEqual({ metric: 'temperature', channel: 'ds18b20' })
    expect(meaningOf('TempC2')).toEqual({ metric: 'temperature', unit: 'Cel', channel: '2' })
    expect(meaningOf('power_b')).toEqual({ metric: 'power', channel: 'b' })
    expect(meaningOf('current_a')).toEqual({ metric: 'current', unit: 'A' })
    expect(meaningOf('temperature_b')).toBeUndefined()
    expect(meaningOf('angle_x')).toEqual({ metric: 'angle', channel: 'x' })
    expect(meaningOf('power_x')).toBeUndefined()
  })

  it('is vague where many units are usual, until it names one', () => {
    expect(['distance', 'voc', 'weight'].map((name) => isVague(meaningOf(name)!))).toEqual([true, true, true])
    expect(['distance_cm', 'voc_ppb', 'weight_kg', 'co2'].map((name) => isVague(meaningOf(name)!))).toEqual(
      Array(4).fill(false),
    )
  })

  it('that only ends with a metric is known where the ending counts', () => {
    expect(metricOf('living_room_temperature')).toBeUndefined()
    expect(endingMeaning('living_room_temperature')?.metric).toBe('temperature')
    expect(endingMeaning('bme280_pressure_value')?.metric).toBe('pressure')
    expect(endingMeaning('pm_2_5_concentration_2')?.metric).toBe('pm25')
    expect(endingMeaning('heater_rounds_2')).toBeUndefined()
  })

  it('of any length and any letters harms nothing', () => {
    for (const name of ['', '_', '°', 'x'.repeat(10_000), '温度', '__proto__', 'constructor']) {
      expect(meaningOf(name)).toBeUndefined()
      expect(endingMeaning(name)).toBeUndefined()
    }
  })
})
