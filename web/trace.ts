import type { Millis } from '../src/reading.ts'

const buckets = 60
const bucketMs: Millis = 30_000

/** Time that a trace covers. */
export const traceMs: Millis = buckets * bucketMs

/** A trace that is still short is drawn as wide as if it had this many buckets: a scribble in the corner says nothing. */
const widthLeast = 10

/** Empty buckets that a line may cross: a sensor that speaks every five minutes is one line, one that was away is two. */
const silentBucketsMax = 12

/** The last half hour of one series in 60 means: what a sparkline needs, in one kilobyte, however fast readings come. */
export interface Trace {
  add(time: Millis, value: number): void
  clear(): void
  /** An SVG path over `width` × `height`, empty where there is nothing to draw. */
  path(now: Millis, width: number, height: number): string
}

export function createTrace(): Trace {
  const sums = new Float64Array(buckets)
  const counts = new Uint32Array(buckets)
  let newest = 0

  function advance(bucket: number): void {
    const steps = Math.min(bucket - newest, buckets)
    for (let step = 1; step <= steps; step++) {
      const at = (bucket - steps + step) % buckets
      sums[at] = 0
      counts[at] = 0
    }
    newest = bucket
  }

  return {
    add(time, value) {
      const bucket = Math.floor(time / bucketMs)
      if (bucket > newest) advance(bucket)
      if (bucket <= newest - buckets) return
      sums[bucket % buckets]! += value
      counts[bucket % buckets]! += 1
    },
    clear() {
      sums.fill(0)
      counts.fill(0)
      newest = 0
    },
    path(now, width, height) {
      const last = Math.floor(now / bucketMs)
      const means: [at: number, mean: number][] = []
      for (let at = 0; at < buckets; at++) {
        const bucket = last - buckets + 1 + at
        if (bucket <= newest && bucket > newest - buckets && counts[bucket % buckets]! > 0)
          means.push([at, sums[bucket % buckets]! / counts[bucket % buckets]!])
      }
      return draw(means, width, height)
    },
  }
}

function draw(means: [at: number, mean: number][], width: number, height: number): string {
  const values = means.map(([, mean]) => mean)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  // A line that hardly moves is drawn as one that hardly moves, not as noise blown up to full height.
  const span = Math.max(high - low, Math.abs(high) * 0.01, 1e-9)
  const middle = (high + low) / 2
  const first = means[0]?.[0] ?? 0
  const bucketsWide = Math.max(widthLeast, buckets - 1 - first)
  let path = ''
  let before = Number.NEGATIVE_INFINITY
  for (const [at, mean] of means) {
    const x = ((1 - (buckets - 1 - at) / bucketsWide) * width).toFixed(1)
    const y = (height / 2 - ((mean - middle) / span) * height).toFixed(1)
    // `h0` makes a point that stands alone visible: a round cap.
    path += at - before > silentBucketsMax ? `M${x} ${y}h0` : `L${x} ${y}`
    before = at
  }
  return path
}
