import type { Millis } from '../src/reading.ts'
import type { ApiError } from './api.ts'
import { gatewayNow } from './clock.ts'
import { keptMs, type Navigation } from './panel.ts'
import type { Shown } from './panel-grid.ts'
import type { Columns } from './points.ts'
import { isLive, panned, type Span, scaled, timesOf, zoomTo } from './span.ts'
import { createTimeTools } from './time-tools.ts'

/** How often a long range up to now is summed up anew: often enough that its edge is seen to move. */
const followEveryMs: readonly [least: Millis, most: Millis] = [10_000, 60_000]

/** While a gesture lasts, its time is drawn from what is there; then it is loaded, and kept in the address. */
const settledMs: Millis = 180

/** Of a part of the past, this much more on each side is loaded, as a share: panning then finds something there. */
const margin = 0.5

/** History that was loaded for a longer time than this many times what is shown is too coarse for it. */
const coarseness = 2.5

/** What moves with the time: loading and drawing are the view's. */
export interface TimelineView {
  show(shown: Shown): void
  /** Loads the readings of the last hour into the charts; resolves with what went wrong for good. */
  backfill(from: Millis, now: Millis, signal: AbortSignal): Promise<ApiError | undefined>
  history(from: Millis, to: Millis, signal: AbortSignal): Promise<ReadonlyMap<string, Columns> | ApiError>
  /** Tells what could not be loaded; empty when it could. */
  problem(text: string): void
  /** Puts the time into the address. */
  go(span: Span, how: 'push' | 'replace'): void
}

export interface Timeline {
  /** Buttons for what is done with gestures as well. */
  readonly tools: HTMLElement
  readonly navigation: Navigation
  /** The time shown now. */
  times(): readonly [from: Millis, to: Millis]
  /** What `show` is to begin with. */
  shown(): Shown
  /** Another time by the address. */
  set(span: Span): void
  /** Loads everything again, and from now on for other lines perhaps. */
  reload(): void
  tick(): void
  dispose(): void
}

interface Loaded {
  readonly from: Millis
  readonly to: Millis
  readonly series: ReadonlyMap<string, Columns>
}

/**
 * The time that the charts of a view show, and what they are drawn from: the last hour from readings, which come with the
 * stream; anything longer or older from the gateway's sums, loaded when a gesture has settled. At the live edge it moves on.
 */
export function createTimeline(initial: Span, view: TimelineView): Timeline {
  let span = initial
  /** What the address says: it follows a gesture when that has settled. */
  let addressed = initial
  let loaded: Loaded | undefined
  let summedAt = 0
  let backfilling: AbortController | undefined
  let summing = new AbortController()
  let settling: ReturnType<typeof setTimeout> | undefined
  const times = () => timesOf(span, gatewayNow())
  const tools = createTimeTools(span, {
    pick: (range) => change({ range }, 'replace'),
    pan: (share) => change({ ...bare(span), zoom: zoomTo(...panned(times(), share), gatewayNow()) }),
    scale: (factor) => {
      const shown = times()
      // At the live edge now stays where it is; elsewhere the middle does.
      const around = isLive(span) ? shown[1] : (shown[0] + shown[1]) / 2
      change({ ...bare(span), zoom: zoomTo(...scaled(shown, factor, around), gatewayNow()) })
    },
    unzoom,
  })

  /** Readings are kept for so long; what begins earlier needs sums. */
  function needsHistory(): boolean {
    const now = gatewayNow()
    return timesOf(span, now)[0] < now - keptMs - 1000
  }

  function shown(): Shown {
    return { times: (now) => timesOf(span, now), history: needsHistory() ? (loaded?.series ?? new Map()) : undefined }
  }

  function look(from: Millis, to: Millis): void {
    span = { ...bare(span), zoom: zoomTo(from, to, gatewayNow()) }
    tools.set(span)
    view.show(shown())
    clearTimeout(settling)
    settling = setTimeout(() => {
      load()
      tell(span)
    }, settledMs)
  }

  function unzoom(): void {
    if (span.zoom) change({ range: span.range }, 'push')
  }

  function change(next: Span, how?: 'push' | 'replace'): void {
    take(next)
    tell(next, how)
  }

  /** The way back leads to what was shown before the first of a row of zooms, not to each of them. */
  function tell(next: Span, how: 'push' | 'replace' = addressed.zoom ? 'replace' : 'push'): void {
    addressed = next
    view.go(next, how)
  }

  function set(next: Span): void {
    const isSame = JSON.stringify(bare(next)) === JSON.stringify(bare(span))
    addressed = next
    if (!isSame) take(next)
  }

  function take(next: Span): void {
    clearTimeout(settling)
    summing.abort()
    span = next
    tools.set(span)
    view.show(shown())
    load()
  }

  function load(): void {
    if (!backfilling) void fill()
    if (needsHistory() && !isLoaded()) void sum()
  }

  /** Whether what was loaded is enough, and fine enough, for what is shown. What moves on never is for long. */
  function isLoaded(): boolean {
    const [from, to] = times()
    if (!loaded || isLive(span)) return false
    return loaded.from <= from && loaded.to >= to && loaded.to - loaded.from <= (to - from) * coarseness
  }

  async function fill(): Promise<void> {
    const own = new AbortController()
    backfilling = own
    const now = gatewayNow()
    const failed = await view.backfill(now - keptMs, now, own.signal)
    if (!own.signal.aborted && failed) view.problem(`The last hour could not be loaded: ${failed.message}.`)
  }

  async function sum(): Promise<void> {
    summing.abort()
    const own = new AbortController()
    summing = own
    summedAt = gatewayNow()
    const [from, to] = wanted()
    const series = await view.history(from, to, own.signal)
    if (own.signal.aborted) return
    const failed = series instanceof Error
    view.problem(failed ? `The history could not be loaded: ${series.message}.` : '')
    if (failed) return
    loaded = { from, to, series }
    view.show(shown())
  }

  function wanted(): [from: Millis, to: Millis] {
    const [from, to] = times()
    if (isLive(span)) return [from, to]
    const more = (to - from) * margin
    return [Math.round(from - more), Math.round(Math.min(to + more, gatewayNow()))]
  }

  function followMs(): Millis {
    const [least, most] = followEveryMs
    const [from, to] = times()
    return Math.min(most, Math.max(least, (to - from) / 2000))
  }

  return {
    tools: tools.element,
    navigation: { times, look, unzoom },
    times,
    shown,
    set,
    reload() {
      backfilling?.abort()
      backfilling = undefined
      loaded = undefined
      load()
    },
    tick() {
      if (!needsHistory()) view.show(shown())
      else if (isLive(span) ? gatewayNow() - summedAt >= followMs() : !isLoaded() && gatewayNow() - summedAt >= 5000)
        void sum()
    },
    dispose() {
      clearTimeout(settling)
      backfilling?.abort()
      summing.abort()
    },
  }
}

/** Without what else a route has. */
function bare({ range, zoom }: Span): Span {
  return { range, ...(zoom && { zoom }) }
}
