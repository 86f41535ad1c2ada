/** Which readings are asked for; everything that is not said is wanted. `*` in an entry stands for any characters. */
export interface Selection {
  /** Device ids or globs such as `z2m:*`. */
  readonly device?: string | readonly string[]
  readonly metric?: string | readonly string[]
  /** An empty one stands for readings without a channel. */
  readonly channel?: string | readonly string[]
  /** `floor:1`, or `floor` for any value. Values of one name are alternatives, of several names each is needed. */
  readonly tag?: string | readonly string[]
}

/** The parameters that ask for a selection (PROTOCOL.md, Parameters). */
export function selectionQuery(selection: Selection): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of ['device', 'metric', 'channel', 'tag'] as const)
    for (const wanted of [selection[name] ?? []].flat()) query.append(name, wanted)
  return query
}
