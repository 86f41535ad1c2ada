import { portName } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import type { Protocol } from './protocol.ts'
import { fields, solarChannels } from './vedirect-fields.ts'

/**
 * VE.Direct text blocks (VE.Direct Protocol 3.33): `\r\n<label>\t<value>` fields, proven by the framer. A battery monitor spreads its
 * fields over two blocks of which only the first names the product, and has no serial number: then the port is the device.
 */
export const vedirect: Protocol = {
  decode(draft) {
    const block = readBlock(draft.frame.payload)
    if (block.size === 0) draft.reject('bad_frame', 'message')
    else takeBlock(draft, block)
    return true
  },
}

/** At most 22 fields a block by the protocol; more is noise with a lucky checksum. */
const fieldsMax = 64

function readBlock(payload: Uint8Array): Map<string, string> {
  const block = new Map<string, string>()
  // One byte, one character: the checksum is any byte, and may be a line end.
  for (const line of Buffer.from(payload).toString('latin1').split('\r\n', fieldsMax)) {
    const tab = line.indexOf('\t')
    if (tab > 0 && !line.startsWith('Checksum\t')) block.set(line.slice(0, tab), line.slice(tab + 1).trim())
  }
  return block
}

function takeBlock(draft: Draft, block: ReadonlyMap<string, string>): void {
  const { frame } = draft
  const key = `vedirect/${frame.source}`
  const serial = block.get('SER#')
  if (serial) draft.put(key, serial)
  // A product that names itself without a serial number is another than the one before it.
  else if (block.has('PID')) draft.remove(key)
  const remembered = draft.state.get(key)
  draft.about(
    (frame.transport === 'serial' && frame.device) ||
      (typeof remembered === 'string' && remembered) ||
      portName(frame.source),
  )
  const solar = block.has('VPV') || block.has('PPV')
  for (const [label, text] of block) {
    const target = fields[label]
    if (!target || text === '') continue
    draft.channel = target.channel ?? (solar ? solarChannels[label] : undefined)
    draft.measure(target.reading, text, label)
  }
  if (draft.hasReadings) draft.seen()
}
