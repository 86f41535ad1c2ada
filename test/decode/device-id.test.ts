import { describe, expect, it } from 'vitest'
import { deviceId, macAddress } from '../../src/decode/device-id.ts'
import fc from '../setup/properties.ts'

describe('device ids', () => {
  it('keep native ids that are safe in a URL', () => {
    expect(deviceId('z2m', 'living_room')).toBe('z2m:living_room')
    expect(deviceId('ble', 'A4:C1:38:A1:4E:82')).toBe('ble:A4:C1:38:A1:4E:82')
  })

  it('tell apart what would look the same', () => {
    expect(deviceId('gen', 'a/b')).toMatch(/^gen:a_b-[0-9a-f]{6}$/)
    expect(deviceId('gen', 'a/b')).not.toBe(deviceId('gen', 'a b'))
    expect(deviceId('gen', 'a/b')).not.toBe(deviceId('gen', 'a_b'))
  })

  it('write one underscore for each byte, and one id for one name however its accents are written', () => {
    expect(deviceId('gen', 'küche')).toMatch(/^gen:k__che-/)
    expect(deviceId('gen', 'ku\u0308che')).toBe(deviceId('gen', 'k\u00fcche'))
  })

  it('are URL-safe, of bounded length and different for different names, whatever they are', () => {
    const name = fc.string({ minLength: 1, maxLength: 300, unit: 'binary' })
    fc.assert(
      fc.property(name, name, (one, other) => {
        const id = deviceId('gen', one)
        expect(id).toMatch(/^gen:[A-Za-z0-9._:-]*$/)
        expect(id.length).toBeLessThanOrEqual(128)
        if (one.normalize('NFC') !== other.normalize('NFC')) expect(deviceId('gen', other)).not.toBe(id)
      }),
    )
  })

  it('stay apart when they are too long', () => {
    expect(deviceId('gen', `${'x'.repeat(200)}1`)).not.toBe(deviceId('gen', `${'x'.repeat(200)}2`))
  })
})

describe('MAC addresses', () => {
  it.each(['45:e1:74:12:6e:00', '45E174126E00', '45-E1-74-12-6e-00'])('are one address in any spelling: %s', (text) => {
    expect(macAddress(text)).toBe('45:E1:74:12:6E:00')
  })

  it.each(['45e174126e', '45e174126e0g', '', 'living_room'])('are nothing else: %j', (text) => {
    expect(macAddress(text)).toBeUndefined()
  })
})
