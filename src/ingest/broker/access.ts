import type { AuthenticateError } from 'aedes'

export interface AccessOptions {
  /** Whether clients may connect without a user name; with no `verify`, also whatever name they give. */
  readonly anonymous: boolean
  /** Checks the password of a user who comes from that address, in a time that says nothing about it. */
  readonly verify?: (user: string, password: string, address: string) => boolean | Promise<boolean>
}

/** Longer names help nobody, and this one is shown in logs. */
const clientIdLengthMax = 256

/** Resolves to why this client may not connect, with the return code for its CONNACK (MQTT 3.1.1 §3.2.2.3), or to undefined. */
export async function refusalOf(
  { anonymous, verify }: AccessOptions,
  clientId: string,
  user: string | undefined,
  password: Buffer | undefined,
  address: string,
): Promise<AuthenticateError | undefined> {
  // Some brokers put the id into topics; a wildcard there would reach those of others.
  if (clientId.length > clientIdLengthMax || /[\0-\x1f\x7f-\x9f#+]/.test(clientId))
    return refusal(2, 'its client id is too long, or holds control characters or wildcards')
  if (user === undefined || !verify)
    return anonymous ? undefined : refusal(5, 'it gives no user name, and anonymous clients are not allowed')
  try {
    if (await verify(user, password?.toString() ?? '', address)) return undefined
    return refusal(4, `unknown user or wrong password (user ${shown(user)})`)
  } catch (error) {
    return refusal(3, `its password could not be checked: ${(error as Error).message}`)
  }
}

/**
 * Why nothing may be published under a topic, or undefined. A will's topic was looked at by nobody before (MQTT 3.1.1 §4.7.1.1),
 * and what is no UTF-8 (§1.5.3) comes here with replacement characters in it.
 */
export function topicFault(topic: string): string | undefined {
  if (topic.startsWith('$SYS')) return 'it publishes to $SYS, which is the broker’s'
  if (topic === '' || /[+#\0\ufffd]/.test(topic))
    return `its topic ${shown(topic)} is empty, no UTF-8, or holds wildcards or NUL`
  return undefined
}

/** A name from the network as it may stand in a log: quoted, and not endless. */
export function shown(name: string | null | undefined): string {
  return JSON.stringify((name ?? '').slice(0, 64))
}

function refusal(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode })
}
