import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'

export type Path = readonly (string | number)[]

/** Something wrong with the configuration, in words a person can act on. */
export interface Problem {
  /** `rivulet.yaml:3:5`, or the flag it came from. */
  readonly where: string
  readonly what: string
  /** What to do about it. */
  readonly instead: string
}

/** A configuration file read: its plain value, and where in the file each part of it stands. */
export interface Source {
  /** Undefined where the text is no YAML. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Places of variables that the environment does not have. */
  readonly unset: readonly Path[]
  /** `file:line:column` of a value, or of the key that names it; of the nearest parent where it is missing. */
  where(path: Path, at: 'key' | 'value'): string
  /** Whether a value came from the environment and must not be shown. */
  isSecret(path: Path): boolean
}

/** A file larger than this is none: hand-written ones have a few kilobytes. */
export const fileBytesMax = 1_048_576

/** Reads YAML 1.2 (and so JSON), putting in `${env:NAME}`. Never throws for what the text holds. */
export function readSource(file: string, text: string, env: Readonly<Record<string, string | undefined>>): Source {
  const lines = new LineCounter()
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    resolveKnownTags: false,
  })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const problems = [...doc.errors, ...doc.warnings].map((error) => ({
    where: at(error.pos[0]),
    what: error.message.split('\n')[0]!,
    instead: syntaxHints[error.code] ?? 'check the indentation and the quotes there',
  }))
  const isYaml = problems.length === 0
  const secrets = new Set<unknown>()
  const unset: Path[] = []
  visit(doc, {
    Scalar(key, node, above) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${env:')) return
      secrets.add(node)
      node.value = node.value.replace(/\$\{env:([^}]*)\}/g, (_, name: string) => {
        if (env[name] === undefined) {
          problems.push(missingVariable(at(node.range?.[0] ?? 0), name))
          unset.push(pathOf([...above, node]))
        }
        return env[name] ?? ''
      })
    },
  })

  const find = (path: Path, what: 'key' | 'value') => {
    let node: unknown = doc.contents
    let key: unknown
    for (const step of path) {
      const parent = isAlias(node) ? node.resolve(doc) : node
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(step)) : undefined
      const next = pair ? (pair.value ?? pair.key) : isSeq(parent) ? parent.items[Number(step)] : undefined
      if (next === undefined || next === null) break
      key = pair?.key ?? next
      node = next
    }
    return (what === 'key' && key !== undefined ? key : node) as Node | null
  }
  return {
    value: isYaml ? plainValue(doc, problems, at) : undefined,
    problems,
    unset,
    where: (path, what) => {
      const node = find(path, what)
      return isNode(node) && node.range ? at(node.range[0]) : file
    },
    isSecret: (path) => {
      const node = find(path, 'value')
      return isScalar(node) && secrets.has(node)
    },
  }
}

const syntaxHints: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces, not tabs',
  DUPLICATE_KEY: 'merge the two into one',
  BAD_INDENT: 'align it with the lines above',
}

/** The steps that lead down a line of nodes, each in the one before. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, i): Path => {
    const parent = nodes[i - 1]
    return isPair(node) ? [String(node.key)] : isSeq(parent) ? [parent.items.indexOf(node)] : []
  })
}

function missingVariable(where: string, name: string): Problem {
  return {
    where,
    what: `the environment has no variable ${name}`,
    instead: `set ${name} before the start, or write the value into a file and name it with the key ending in File`,
  }
}

/** Aliases that expand without bound, or hold themselves, are the one thing that parses and has no value. */
function plainValue(doc: ReturnType<typeof parseDocument>, problems: Problem[], at: (offset: number) => string) {
  try {
    const value: unknown = doc.toJS()
    JSON.stringify(value)
    return value
  } catch (error) {
    problems.push({
      where: at(0),
      what: `an alias cannot be followed: ${(error as Error).message.split('\n')[0]}`,
      instead: 'write the values out',
    })
    return undefined
  }
}
