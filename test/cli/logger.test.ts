import { afterEach, expect, it, vi } from 'vitest'
import { createLogger } from '../../src/cli/logger.ts'

const { isTTY, hasColors } = process.stderr
afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process.stderr, { isTTY, hasColors })
})

it.each([true, false])('writes no token, whatever holds one (on a terminal: %s)', (terminal) => {
  const secret = 'x-_'.repeat(14)
  const token = `rvl_0123456789_${secret}`
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  process.stderr.isTTY = terminal
  process.stderr.hasColors = () => false
  const logger = createLogger()
  logger.warn({ user: token }, `unknown user or wrong password (user "${token}")`)
  logger.error({ err: new Error(`${token}/x and ${token.slice(0, 40)}`) }, 'failed')
  expect(written).toHaveLength(2)
  expect(written.join('')).toContain('rvl_0123456789_…')
  expect(written.join('')).not.toContain(secret.slice(0, 8))
})
