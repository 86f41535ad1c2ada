import { expect, it } from 'vitest'
import { AddressCount } from '../src/address-count.ts'

it.each([
  ['the same address', '192.0.2.1', '192.0.2.1'],
  ['the same address in another form', '192.0.2.1', '::ffff:192.0.2.1'],
  ['the same network of IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
  ['the same network with zeros in it', '2001:db8::1', '2001:db8:0:0:5:6:7:8'],
  ['the same link', 'fe80::1%eth0', 'fe80::2%eth0'],
])('counts %s together', (_name, first, second) => {
  const addresses = new AddressCount(1)
  expect([addresses.add(first), addresses.add(second)]).toEqual([true, false])
  addresses.remove(first)
  expect(addresses.add(second)).toBe(true)
})

it.each([
  ['addresses', '192.0.2.1', '192.0.2.2'],
  ['networks', '2001:db8:0:1::1', '2001:db8::1'],
  ['networks with zeros', '::2', '2001::2'],
])('counts other %s apart', (_name, first, second) => {
  const addresses = new AddressCount(1)
  expect([addresses.add(first), addresses.add(second)]).toEqual([true, true])
})

it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('lets %s have any number', (address) => {
  const addresses = new AddressCount(1)
  for (let i = 0; i < 10; i++) expect(addresses.add(address)).toBe(true)
})
