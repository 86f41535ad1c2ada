import { expect, it } from 'vitest'
import { compareMetrics, metricName } from '../../web/metric.ts'

it('names metrics as people do', () => {
  expect(['pm25', 'co2', 'soil_moisture'].map(metricName)).toEqual(['PM2.5', 'CO₂', 'Soil moisture'])
})

it('puts the most telling metric first', () => {
  expect(['battery', 'humidity', 'zebra', 'temperature'].sort(compareMetrics)).toEqual([
    'temperature',
    'humidity',
    'battery',
    'zebra',
  ])
})
