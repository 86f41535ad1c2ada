import { beforeEach, describe, expect, it } from 'vitest'
import { brief, Played, reasons } from './play.ts'

describe('ESPEasy', () => {
  let gateway: Played
  beforeEach(() => {
    gateway = new Played()
  })

  it('is learned by its last will, under whatever prefix', () => {
    expect(gateway.send('farm/east/node7/soil/Moisture', '41').profile).not.toBe('espeasy')
    gateway.send('farm/east/node7/status', 'Connected')
    const decoded = gateway.send('farm/east/node7/soil/Moisture', '41')
    expect(decoded.profile).toBe('espeasy')
    expect(decoded.readings[0]).toMatchObject({ device: 'espeasy:node7', channel: 'soil', value: 41 })
  })

  it('is still known after a restart', () => {
    gateway.send('node7/LWT', 'Connection Lost')
    gateway.restart()
    expect(gateway.send('node7/climate/Temperature', '4.5').profile).toBe('espeasy')
  })

  it('says whether it is there', () => {
    expect(gateway.send('node7/status', 'Connected').events).toContainEqual({
      type: 'availability',
      device: 'espeasy:node7',
      online: true,
      scope: 'device',
    })
  })

  it('leaves other words and other topics alone', () => {
    expect(gateway.send('node7/status', 'online').profile).not.toBe('espeasy')
    expect(gateway.send('node7/status', '{"value":"Connected"}').profile).not.toBe('espeasy')
    gateway.send('node7/status', 'Connected')
    expect(gateway.send('node8/climate/Temperature', '4.5').profile).toBe('generic')
    expect(gateway.send('node7/climate/x/Temperature', '4.5').profile).not.toBe('espeasy')
  })

  it('judges values like any other', () => {
    gateway.send('node7/status', 'Connected')
    expect(reasons(gateway.send('node7/climate/Humidity', '187.00'))).toEqual(['out_of_range message'])
    expect(brief(gateway.send('node7/range/Distance', '120'))).toEqual(['distance@range 1.2 m'])
  })
})
