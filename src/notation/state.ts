/** The word for true or false. */
export function stateWord(metric: string, value: boolean): string {
  return (words[metric] ?? ['on', 'off'])[value ? 0 : 1]
}

/** Words for true and false; `on` and `off` where nothing better is known. `contact` is true while closed (Zigbee2MQTT). */
const words: Record<string, readonly [yes: string, no: string]> = {
  contact: ['closed', 'open'],
  door: ['open', 'closed'],
  window: ['open', 'closed'],
  occupancy: ['occupied', 'clear'],
  presence: ['present', 'away'],
  motion: ['motion', 'still'],
  vibration: ['shaking', 'still'],
  water_leak: ['leak', 'dry'],
  smoke: ['smoke', 'clear'],
  gas: ['gas', 'clear'],
  tamper: ['tampered', 'untouched'],
  battery_low: ['low', 'good'],
  battery_ok: ['good', 'low'],
  running: ['running', 'stopped'],
  lock: ['unlocked', 'locked'],
  ok: ['yes', 'no'],
}
