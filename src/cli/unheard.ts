import type { Device } from '../client/client.ts'
import { type Connection, requestJson } from '../client/request.ts'
import { nearest } from '../config/nearest.ts'
import { note, paint } from './terminal.ts'

/** What a command was asked for; `*` stands for any characters. */
interface Asked {
  readonly device: readonly string[]
  readonly metric: readonly string[]
}

/**
 * Notes which devices and metrics were named that no device has. It is no error, since one may be heard yet; but a slip,
 * or a device's name in place of its id, would otherwise be waited for in silence.
 */
export async function noteUnheard(connection: Connection, asked: Asked, signal?: AbortSignal): Promise<void> {
  const named = (patterns: readonly string[]) => patterns.filter((pattern) => !pattern.includes('*'))
  const [ids, metrics] = [named(asked.device), named(asked.metric)]
  if (ids.length + metrics.length === 0) return
  const known = await knownDevices(connection, signal)
  if (known === undefined) return
  const idOf = new Map(known.flatMap(({ id, name }) => [[name, id] as const, [nativeId(id), id] as const]))
  for (const { id } of known) idOf.set(id, id)
  const heard = new Map(known.flatMap((device) => device.metrics.map(({ metric }) => [metric, metric] as const)))
  tell('device', ids, idOf)
  tell('metric', metrics, heard)
}

/** @param meant what was meant, by every word for it */
function tell(kind: string, asked: readonly string[], meant: ReadonlyMap<string, string>): void {
  for (const word of asked) {
    if (meant.get(word) === word) continue
    const near = meant.get(word) ?? meant.get(nearest(word, meant.keys()) ?? '')
    const hint = near === undefined ? '`rivulet devices` lists what has' : `did you mean ${near}?`
    note(paint('yellow', `no ${kind} ${word} has been heard yet; ${hint}`, process.stderr))
  }
}

/** Undefined where the gateway does not say: whatever keeps it from it, the command itself meets and tells. */
async function knownDevices(connection: Connection, signal?: AbortSignal): Promise<readonly Device[] | undefined> {
  try {
    const { value } = await requestJson(connection, '/api/devices', signal ? { signal } : {})
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function nativeId(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
