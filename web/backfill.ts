import type { DeviceId, LoggedReading, Millis, Seq } from '../src/reading.ts'
import { ApiError, getPage } from './api.ts'
import { parseReading, seqOf, type WireReadings } from './wire.ts'

/** Readings asked for at once: half a megabyte of JSON, parsed within one frame or two. */
const pageReadings = 5000

/** Most readings loaded for one chart view; what is older is left out, so that a busy device cannot fill the memory. */
const readingsMax = 300_000

const retryMs: Millis = 3000

/**
 * Loads the raw readings of a device back to `from` and hands them over page by page, the newest stretch first: what
 * happens now is on the chart at once, and where the bound is reached, only the oldest are missing. A failed request is
 * tried again until the signal aborts. Resolves with what went wrong for good, or undefined.
 * @param of whose readings
 * @param head where the stream stands: what comes after it comes from there
 */
export async function backfill(
  of: Pick<PageQuery, 'device' | 'metric'>,
  from: Millis,
  now: Millis,
  head: Seq,
  signal: AbortSignal,
  take: (readings: LoggedReading[]) => void,
): Promise<ApiError | undefined> {
  let left = readingsMax
  for (const [start, end] of stretches(from, now)) {
    for (let after: string | undefined; left > 0; ) {
      const page = await patiently(
        () => readPage({ ...of, from: start, to: end, after, limit: pageReadings }, signal),
        signal,
      )
      if (signal.aborted) return undefined
      if (page instanceof ApiError) return page
      left -= page.readings.length
      if (page.readings.length > 0) take(page.readings.map(parseReading))
      if (!page.hasNext || seqOf(page.next) >= head) break
      after = page.next
    }
  }
  return undefined
}

export interface PageQuery {
  readonly device: DeviceId
  /** All where absent. */
  readonly metric?: readonly string[]
  readonly from: Millis
  /** Up to now where absent. */
  readonly to?: Millis | undefined
  readonly after?: string | undefined
  readonly limit: number
}

/** One page of GET /api/readings. */
export async function readPage(
  query: PageQuery,
  signal: AbortSignal,
): Promise<WireReadings & { readonly hasNext: boolean }> {
  const parameters = new URLSearchParams({ device: query.device, from: new Date(query.from).toISOString() })
  for (const metric of query.metric ?? []) parameters.append('metric', metric)
  if (query.to !== undefined) parameters.set('to', new Date(query.to).toISOString())
  if (query.after !== undefined) parameters.set('after', query.after)
  parameters.set('limit', String(query.limit))
  const { body, hasNext } = await getPage<WireReadings>(`/api/readings?${parameters}`, signal)
  return { ...body, hasNext }
}

/** [now − 5 min, open], then the ten minutes before, then the rest. */
function stretches(from: Millis, now: Millis): [start: Millis, end: Millis | undefined][] {
  const cuts = [now - 5 * 60_000, now - 15 * 60_000].filter((cut) => cut > from)
  const starts = [...cuts, from]
  return starts.map((start, at) => [start, at === 0 ? undefined : starts[at - 1]])
}

/** Tries again until there is an answer, or one that trying again does not change. */
export async function patiently<T>(load: () => Promise<T>, signal: AbortSignal): Promise<T | ApiError> {
  for (;;) {
    try {
      return await load()
    } catch (error) {
      if (signal.aborted) return new ApiError(0, 'No longer needed')
      // A refusal stays one; a gateway that is away or busy comes back.
      if (!(error instanceof ApiError) || (error.status >= 400 && error.status < 500)) return asApiError(error)
      await pause(retryMs, signal)
    }
  }
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, String(error))
}

function pause(ms: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
