import type { Millis } from '../src/reading.ts'
import { panned, scaled } from './span.ts'

/** What a finger or a mouse has to move before it is taken for a drag, in pixels. */
const dragLeast = 4

/** A turn of a mouse wheel is about a hundred pixels. */
const zoomPerPixel = 0.004

export interface GestureTarget {
  /** The plot, without its axes. */
  readonly plot: HTMLElement
  /** The time axis below it. */
  readonly axis: HTMLElement
  /** The time that the plot shows. */
  readonly times: () => readonly [from: Millis, to: Millis]
  /** Wants to see this time instead. */
  readonly look: (from: Millis, to: Millis) => void
}

/**
 * Moves and scales the time that is shown: dragging the time axis, dragging the plot with Shift or with a finger, pinching
 * with two, turning the wheel with Ctrl (which is what browsers make of a pinch on a touchpad) or with Shift. What a page
 * is scrolled with stays: the plain wheel, and a finger that moves up or down (`touch-action` in the style sheet).
 */
export function listenToGestures({ plot, axis, times, look }: GestureTarget): void {
  /** Where each finger or the mouse is, by its id. */
  const pointers = new Map<number, number>()
  /** What was shown, and where the pointers were, when the gesture began; anew with every finger more or less. */
  let start: { readonly times: readonly [Millis, Millis]; readonly at: readonly number[] } | undefined
  let isMoving = false

  for (const element of [plot, axis]) {
    element.addEventListener('pointerdown', (event) => {
      const isPan = element === axis || event.shiftKey
      if (event.pointerType === 'mouse' && (event.button !== 0 || !isPan)) return
      pointers.set(event.pointerId, event.clientX)
      if (event.pointerType === 'mouse') element.setPointerCapture(event.pointerId)
      begin()
    })
    element.addEventListener('pointermove', (event) => {
      if (!pointers.has(event.pointerId)) return
      pointers.set(event.pointerId, event.clientX)
      move()
    })
    for (const type of ['pointerup', 'pointercancel'] as const) element.addEventListener(type, leave)
  }
  plot.addEventListener('wheel', turn, { passive: false })
  // The chart would take the same drag for a selection; it listens to the mouse, on the plot itself.
  plot.parentElement!.addEventListener('mousedown', (event) => event.shiftKey && event.stopPropagation(), true)

  function begin(): void {
    isMoving = false
    start = pointers.size > 0 ? { times: times(), at: [...pointers.values()] } : undefined
  }

  function leave({ pointerId }: PointerEvent): void {
    if (pointers.delete(pointerId)) begin()
  }

  function move(): void {
    if (!start) return
    const at = [...pointers.values()]
    if (!isMoving && at.every((x, i) => Math.abs(x - start!.at[i]!) < dragLeast)) return
    isMoving = true
    const [from, to] = start.times
    const perPixel = (to - from) / plot.clientWidth
    if (at.length === 1) {
      const by = (start.at[0]! - at[0]!) * perPixel
      return look(from + by, to + by)
    }
    // The moments below both fingers stay below them.
    const [left, right] = [Math.min(at[0]!, at[1]!), Math.max(at[0]!, at[1]!)]
    const [wasLeft, wasRight] = [Math.min(start.at[0]!, start.at[1]!), Math.max(start.at[0]!, start.at[1]!)]
    const factor = Math.max(wasRight - wasLeft, dragLeast) / Math.max(right - left, dragLeast)
    const origin = plot.getBoundingClientRect().left
    const begin = from + (wasLeft - origin) * perPixel - (left - origin) * perPixel * factor
    look(begin, begin + (to - from) * factor)
  }

  function turn(event: WheelEvent): void {
    const isPan = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
    if (!event.ctrlKey && !isPan) return
    event.preventDefault()
    const shown = times()
    const pixels = (event.deltaX || event.deltaY) * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1)
    if (!event.ctrlKey) return look(...panned(shown, pixels / plot.clientWidth))
    const share = (event.clientX - plot.getBoundingClientRect().left) / plot.clientWidth
    const around = shown[0] + (shown[1] - shown[0]) * share
    look(...scaled(shown, Math.exp(event.deltaY * zoomPerPixel), around))
  }
}
