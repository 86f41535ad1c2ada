import type { Framing } from '../../../framing.ts'
import { countedRule } from './counted.ts'
import { createDsmrFramer } from './dsmr-p1.ts'
import { fixedRule } from './fixed.ts'
import type { FrameHandlers, Framer } from './framer.ts'
import { createLineFramer } from './lines.ts'
import { modbusRule } from './modbus.ts'
import { createResyncFramer } from './resync.ts'
import { createVeDirectFramer } from './vedirect.ts'

export interface FramerOptions {
  /**
   * The first bytes may come from amid a frame, as when a port is opened: what is wrong with them is nobody's fault and
   * not reported, and a first line counts only if it proves to be whole. Not so for bytes that begin with a frame.
   */
  readonly openedMidStream?: boolean
  /** What was sent to the device; a Modbus answer is told from other bytes by it. */
  readonly request?: Uint8Array
}

/** A framer for one stretch of bytes: from the opening of a port, or from a request, to `close`. */
export function createFramer(framing: Framing, handlers: FrameHandlers, options: FramerOptions = {}): Framer {
  const { openedMidStream = false, request } = options
  if (framing.kind === 'lines') return createLineFramer(framing, handlers, openedMidStream)
  return openedMidStream
    ? withExcusedBeginning(framing, handlers, request)
    : createBlockFramer(framing, handlers, request)
}

function createBlockFramer(
  framing: Exclude<Framing, { kind: 'lines' }>,
  handlers: FrameHandlers,
  request: Uint8Array | undefined,
): Framer {
  switch (framing.kind) {
    case 'fixed':
      return createResyncFramer(fixedRule(framing), handlers)
    case 'counted':
      return createResyncFramer(countedRule(framing), handlers)
    case 'modbus-rtu':
      return createResyncFramer(modbusRule(request), handlers)
    case 'dsmr-p1':
      return createDsmrFramer(handlers)
    case 'vedirect':
      return createVeDirectFramer(handlers)
  }
}

/** Twice the longest frame seen in practice, a DSMR telegram: a port that has no frame in so many bytes has a fault. */
const excusedBytes = 2048

/** Reports nothing before the first frame, unless that is long in coming. */
function withExcusedBeginning(
  framing: Exclude<Framing, { kind: 'lines' }>,
  { onFrame, onReject }: FrameHandlers,
  request: Uint8Array | undefined,
): Framer {
  let excused = true
  let seen = 0
  const framer = createBlockFramer(
    framing,
    {
      onFrame(frame) {
        excused = false
        onFrame(frame)
      },
      onReject(rejection) {
        if (!excused) onReject(rejection)
      },
    },
    request,
  )
  return {
    push(chunk) {
      seen += chunk.length
      if (seen > excusedBytes) excused = false
      framer.push(chunk)
    },
    close: () => framer.close(),
    get buffered() {
      return framer.buffered
    },
  }
}
