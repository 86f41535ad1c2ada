/**
 * Topic patterns of profiles: levels of text, `{name}` for one level, `{name...}` for one or more (at most once a pattern),
 * text around a capture as in `nodeID_{node}`. `{name:kind}` takes only what is a `number`, a `mac`, a known `metric` or a `component`, a name with an index as in `switch:0`; `{name:a|b}` only those words.
 */
export interface TopicPattern {
  readonly names: readonly string[]
  /** The captures of a topic split at its slashes, or null when the pattern is about another topic. */
  match(levels: readonly string[]): Record<string, string> | null
}

/** Tests that a capture can ask for, by name; given by the caller, since only it knows which metrics there are. */
export type CaptureKinds = Readonly<Record<string, (text: string) => boolean>>

/** Compiles a pattern; throws a SyntaxError that names what is wrong with it. */
export function compileTopic(pattern: string, kinds: CaptureKinds): TopicPattern {
  const levels = pattern.split('/').map((level) => parseLevel(level, pattern, kinds))
  const deep = levels.findIndex((level) => level.many)
  if (deep !== levels.findLastIndex((level) => level.many))
    throw new SyntaxError(`'${pattern}' has more than one {…...}: which levels belong to which could not be known`)
  const names = levels.flatMap((level) => (level.name === '' ? [] : [level.name]))
  if (new Set(names).size < names.length) throw new SyntaxError(`'${pattern}' uses one name twice`)
  return { names, match: (topic) => matchLevels(levels, deep, topic) }
}

interface Level {
  readonly before: string
  readonly after: string
  /** Empty for plain text, which stands in `before`. */
  readonly name: string
  readonly many: boolean
  readonly test: ((text: string) => boolean) | null
}

const levelSyntax = /^([^{}]*)\{([A-Za-z][A-Za-z0-9_]*)(\.\.\.)?(?::([^{}]+))?\}([^{}]*)$/

function parseLevel(level: string, pattern: string, kinds: CaptureKinds): Level {
  if (!level.includes('{') && !level.includes('}')) {
    if (level === '+' || level === '#') throw new SyntaxError(`'${pattern}': write {name} for + and {name...} for #`)
    return { before: level, after: '', name: '', many: false, test: null }
  }
  const match = levelSyntax.exec(level)
  if (!match) throw new SyntaxError(`'${pattern}': '${level}' is not text with one {name}, {name...} or {name:kind}`)
  const [, before, name, many, kind, after] = match
  return { before: before!, after: after!, name: name!, many: many !== undefined, test: testOf(kind, kinds) }
}

function testOf(kind: string | undefined, kinds: CaptureKinds): Level['test'] {
  if (kind === undefined) return null
  if (kinds[kind]) return kinds[kind]
  const words = new Set(kind.split('|'))
  return (text) => words.has(text)
}

function matchLevels(levels: readonly Level[], deep: number, topic: readonly string[]): Record<string, string> | null {
  const extra = topic.length - levels.length
  if (extra < 0 || (extra > 0 && deep < 0)) return null
  const captures: Record<string, string> = {}
  for (let i = 0, j = 0; i < levels.length; i++) {
    const level = levels[i]!
    const text = i === deep && extra > 0 ? topic.slice(j, j + extra + 1).join('/') : topic[j]!
    j += i === deep ? extra + 1 : 1
    if (level.name === '') {
      if (text !== level.before) return null
    } else if (!capture(level, text, captures)) return null
  }
  return captures
}

function capture(level: Level, text: string, captures: Record<string, string>): boolean {
  if (text.length <= level.before.length + level.after.length) return false
  if (!text.startsWith(level.before) || !text.endsWith(level.after)) return false
  const inner = text.slice(level.before.length, text.length - level.after.length)
  if (level.test && !level.test(inner)) return false
  captures[level.name] = inner
  return true
}
