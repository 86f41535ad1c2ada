import type { Poll, SerialSource } from '../framing.ts'
import type { Profile } from './profile.ts'
import { protocols } from './protocols/index.ts'

/**
 * What a port must know to be read for a profile, and asked where its device only answers; undefined for MQTT profiles.
 * @param addresses of the devices on a bus that are asked alike, where they are others than the profile's own
 */
export function serialSourceOf(profile: Profile, addresses?: readonly number[]): SerialSource | undefined {
  const { serial } = profile
  if (!serial) return undefined
  const { framing, baud, dataBits, parity, stopBits, rtscts, silentMs } = serial
  const polls = [...serial.polls.map(toPoll), ...profile.messages.flatMap((rule) => protocolPolls(rule, addresses))]
  return {
    framing,
    baud,
    dataBits,
    parity,
    stopBits,
    rtscts,
    ...(polls.length > 0 && { polls }),
    ...(silentMs !== undefined && { silentMs }),
  }
}

/** Whether the devices that it asks may have any address: it is of Modbus, and no register names its slave. */
export function takesAddresses(profile: Profile): boolean {
  if (profile.serial?.framing.kind !== 'modbus-rtu') return false
  const greatest = 247
  return serialSourceOf(profile, [greatest])?.polls?.every(({ request }) => request[0] === greatest) ?? false
}

function toPoll({ request, everyMs, timeoutMs }: NonNullable<Profile['serial']>['polls'][number]): Poll {
  const bytes = Buffer.from(request.replaceAll(' ', ''), 'hex')
  return { request: bytes, everyMs, ...(timeoutMs !== undefined && { timeoutMs }) }
}

/** Some protocols know themselves what to ask: a register map is a list of requests. */
function protocolPolls(
  { protocol, options }: Profile['messages'][number],
  addresses: readonly number[] | undefined,
): readonly Poll[] {
  return (protocol && protocols[protocol].polls?.(options, addresses)) ?? []
}
