import { defineDevice } from '../src/decode/profile.ts'

export const influxLineProtocol = defineDevice({
  id: 'influx-line-protocol',
  name: 'InfluxDB line protocol',
  family: 'line',
  about: 'https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/',
  messages: [
    {
      topic: ['telegraf/{path...}', 'influx/{path...}', 'influxdb/{path...}'],
      protocol: 'influx',
      options: { sure: true },
    },
    { topic: '{path...}', protocol: 'influx', options: { sure: false } },
  ],
  examples: [
    {
      topic: 'telegraf/cellar',
      payload: 'climate,room=wine\\ cellar temp=11.5,rh=74i,door="shut",ok=F 1780315199500000000\n',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        {
          device: 'line:climate_wine_cellar-429c9b',
          metric: 'temperature',
          value: 11.5,
          unit: 'Cel',
          time: '2026-06-01T11:59:59.500Z',
        },
        { metric: 'humidity', value: 74, unit: '%RH' },
        { metric: 'door', value: 'shut', unit: null },
        { metric: 'ok', value: false, unit: null },
      ],
    },
    {
      topic: 'anything/at/all',
      payload: 'temperature,probe=a,unit=K value=300\ntemperature,probe=b value',
      readings: [{ device: 'line:temperature_a-970fd2', metric: 'temperature', value: 26.85, unit: 'Cel' }],
      rejected: ['text_syntax'],
    },
    { topic: 'telegraf/cellar', payload: 'climate temp=NaN', rejected: ['text_syntax'] },
  ],
})
