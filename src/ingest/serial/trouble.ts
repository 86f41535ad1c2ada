import { userInfo } from 'node:os'
import type { Trouble } from '../input.ts'
import type { Holder } from './holder.ts'

/** Reads what the operating system said about opening a port; that it is missing or busy may pass by itself. `present`: the stable names of the ports there are. */
export function explainOpening(port: string, error: Error, present: readonly string[]): Trouble {
  const { message } = error
  if (/No such (file|device)/.test(message)) return missing(port, present)
  if (/Permission denied/.test(message)) return denied(port)
  if (/Cannot lock port|resource busy/.test(message)) return busy(port, null)
  if (/Inappropriate ioctl/.test(message)) return { kind: 'other', detail: `${port} is no serial port` }
  return { kind: 'other', detail: `${port}: ${message.replace(/^Error:? /, '')}` }
}

export function busy(port: string, holder: Holder | null): Trouble {
  const who = holder ? `${holder.name || 'a program'} (pid ${holder.pid})` : 'another program'
  return { kind: 'busy', detail: `${port} is in use by ${who}: stop it, and the port is opened` }
}

/** An open port has gone. */
export function unplugged(port: string, why: string): Trouble {
  return { kind: 'missing', detail: `${port}: ${why}; plug it in again` }
}

/** Nothing came for as long as its profile promises data. */
export function fellSilent(port: string): Trouble {
  return { kind: 'silent', detail: `${port} was silent and is opened again` }
}

/** Of those who are asked in turn some do not answer, or all. */
export function unanswered(addresses: readonly number[], isEverybody: boolean, baud: number): Trouble {
  const who = isEverybody ? 'nothing answers' : `no answer from address ${addresses.join(', ')}`
  const suspects = isEverybody ? `wiring, address and ${baud} baud` : 'its power, wiring and address'
  return { kind: 'silent', detail: `${who}: are ${suspects} right?` }
}

/** Bytes come, and no frame is among them. */
export function noise(profile: string, baud: number): Trouble {
  return { kind: 'noise', detail: `what arrives is no ${profile} frame: is ${baud} baud right?` }
}

function missing(port: string, present: readonly string[]): Trouble {
  const others = present.filter((name) => name !== port)
  const there = others.length > 0 ? `plug it in, or read another: ${others.join(', ')}` : 'plug it in'
  return { kind: 'missing', detail: `${port} is not there; ${there}` }
}

function denied(port: string): Trouble {
  const { username } = userInfo()
  return {
    kind: 'denied',
    detail: `${port}: permission denied; run: sudo usermod -aG dialout ${username}, then log in again`,
  }
}
