import { asBuffer } from '../payload.ts'
import type { Reason } from '../reason.ts'
import type { Protocol } from './protocol.ts'
import { ruuviFormats } from './ruuvi-formats.ts'

/**
 * Ruuvi Gateway hands on Bluetooth advertisements as hex in `data`. They become the members that it sends when it decodes them itself, so
 * that one table of readings serves both. https://docs.ruuvi.com/communication/bluetooth-advertisements
 */
export const ruuvi: Protocol = {
  decode(draft, _options, readMembers) {
    if (!draft.read()) {
      draft.reject(draft.problem, 'message')
      return true
    }
    const root = draft.root as { data?: unknown; dataFormat?: unknown }
    if (typeof root.data !== 'string' || root.dataFormat !== undefined) {
      readMembers()
      return true
    }
    const found = readAdvertisement(root.data)
    if (found === 'ignored_device') draft.reject(found, 'data')
    else {
      if (typeof found === 'string') draft.reject(found, 'data')
      else draft.root = { ...root, ...found }
      readMembers()
    }
    return true
  },
}

/** Bluetooth Core Supplement part A §1.4: manufacturer specific data. */
const manufacturerData = 0xff
const ruuviCompany = 0x0499

/** The members in an advertisement, or why there are none. */
function readAdvertisement(hex: string): Record<string, number | null> | Reason {
  if (hex.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(hex)) return 'text_syntax'
  const bytes = asBuffer(Buffer.from(hex, 'hex'))
  // Structures of a length, a type and data (Core Specification vol. 3 part C §11); a length of zero ends them early.
  for (let at = 0; at < bytes.length && bytes[at] !== 0; at += bytes[at]! + 1) {
    const end = at + bytes[at]! + 1
    const ofMaker = bytes[at + 1] === manufacturerData && bytes.length > at + 4
    const ofRuuvi = ofMaker && bytes.readUInt16LE(at + 2) === ruuviCompany
    if (end > bytes.length) return ofMaker && !ofRuuvi ? 'ignored_device' : 'truncated'
    if (!ofRuuvi || end - at < 5) continue
    const payload = bytes.subarray(at + 4, end)
    const format = ruuviFormats.get(payload[0]!)
    if (!format) return 'unsupported_feature'
    return payload.length < format.length ? 'truncated' : format.read(payload)
  }
  return 'ignored_device'
}
