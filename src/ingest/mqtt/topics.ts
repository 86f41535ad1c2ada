/** Whether a broker can take this in SUBSCRIBE (MQTT 3.1.1 §4.7): `#` last and alone in its level, `+` alone in its level. */
export function isTopicFilter(text: string): boolean {
  if (text.length === 0 || text.includes('\0') || Buffer.byteLength(text) > 65_535) return false
  const levels = text.split('/')
  return levels.every((level, i) =>
    level.includes('#') ? level === '#' && i === levels.length - 1 : !level.includes('+') || level === '+',
  )
}
