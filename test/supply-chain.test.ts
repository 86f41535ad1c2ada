import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Package {
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Package>
}
const packages = Object.entries(lock.packages).filter(([name]) => name !== '')

const npm = 'https://registry.npmjs.org/'

it('takes every dependency from the registry, with its hash', () => {
  const unproven = packages.filter(
    ([, { integrity, resolved }]) =>
      // An entry without an address comes from whichever registry is configured; the hash says whether it is the same.
      !integrity?.startsWith('sha512-') || !(resolved ?? npm).startsWith(npm),
  )
  expect(unproven.map(([name]) => name)).toEqual([])
})

it('lets two dependencies run a script when they are installed: the native ones', () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name)
  expect(scripted.sort()).toEqual(['node_modules/@serialport/bindings-cpp', 'node_modules/better-sqlite3'])
})
