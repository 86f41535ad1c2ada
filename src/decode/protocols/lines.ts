import * as z from 'zod'
import { portName } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import { isList, takeList, takeMembers } from '../members.ts'
import { takePairs, takeQuantity } from './lines-pairs.ts'
import { takeHeader, takeRow } from './lines-rows.ts'
import type { Protocol } from './protocol.ts'

interface Options {
  readonly columns?: readonly (string | null)[] | undefined
  readonly delimiter?: string | undefined
}

/**
 * Lines that a sketch prints, recognised one by one: a JSON object, CSV under a line of names or under the columns of the profile,
 * `name=value` or `Name: value unit`, and a number with its unit. Each line stands or falls alone; only the names of columns are
 * remembered.
 */
export const lines: Protocol = {
  options: z.strictObject({
    columns: z.array(z.string().nullable()).min(1).optional(),
    delimiter: z.string().min(1).optional(),
  }),
  decode(draft, options) {
    const text = draft.text()?.trim()
    if (text === undefined) draft.reject('not_utf8', 'message')
    else if (text === '') draft.reject('empty', 'message')
    else {
      const { frame } = draft
      draft.about((frame.transport === 'serial' && frame.device) || portName(frame.source))
      takeLine(draft, text, (options ?? {}) as Options)
      if (draft.hasReadings) draft.seen()
      else if (!draft.outcome.hasRejected) draft.reject('text_syntax', 'message')
    }
    return true
  },
}

function takeLine(draft: Draft, text: string, { columns, delimiter }: Options): void {
  // A log line may begin with its time in brackets, a list of numbers with the first of them.
  if (text[0] === '{' || (text[0] === '[' && draft.read())) takeJson(draft)
  else if (takeRow(draft, text, columns, delimiter)) return
  // What is left of an object when the port was opened in the middle of it.
  else if (/["{}]/.test(text) && !takeHeader(draft, text, delimiter)) draft.reject('json_syntax', 'message')
  else if (/["{}]/.test(text) || takeQuantity(draft, text) || takePairs(draft, text)) return
  else if (!takeHeader(draft, text, delimiter)) draft.reject('text_syntax', 'message')
}

function takeJson(draft: Draft): void {
  if (!draft.read() || typeof draft.root !== 'object') draft.reject(draft.problem, 'message')
  else if (isList(draft.root!)) takeList(draft, 'value', draft.root, undefined)
  else takeMembers(draft, draft.root!, 'all')
}
