/** Whether a broker can take this in SUBSCRIBE (MQTT 3.1.1 §4.7): `#` last and alone in its level, `+` alone in its level. */
export function isTopicFilter(text: string): boolean {
  if (text.length === 0 || text.includes('\0') || Buffer.byteLength(text) > 65_535) return false
  const levels = text.split('/')
  return levels.every((level, i) =>
    level.includes('#') ? level === '#' && i === levels.length - 1 : !level.includes('+') || level === '+',
  )
}

/** Whether a filter takes a topic (MQTT 3.1.1 §4.7.1.2, §4.7.2): `a/#` takes `a` too, a leading wildcard takes no `$SYS`. */
export function matchesTopic(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false
  }
  return wanted.length === levels.length
}
