/** A job that runs at most once a frame, however often it is asked for. */
export interface FrameJob {
  request(): void
  cancel(): void
}

const next = new Set<() => void>()

/**
 * Batches DOM work: all jobs asked for run together in one animation frame, so that a burst of a thousand readings costs
 * one layout. In a hidden tab no frame comes and the jobs wait; they are a set, so they do not pile up.
 * @param leastMs least time between two runs: nobody reads ten changes a second
 */
export function frameJob(run: () => void, leastMs = 0): FrameJob {
  let lastRun = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  const job = () => {
    lastRun = performance.now()
    run()
  }
  return {
    request() {
      if (timer !== undefined || next.has(job)) return
      const waitMs = lastRun + leastMs - performance.now()
      if (waitMs <= 0) return queue(job)
      timer = setTimeout(() => {
        timer = undefined
        queue(job)
      }, waitMs)
    },
    cancel() {
      clearTimeout(timer)
      timer = undefined
      next.delete(job)
    },
  }
}

function queue(job: () => void): void {
  next.add(job)
  if (next.size === 1) requestAnimationFrame(runAll)
}

function runAll(): void {
  const jobs = [...next]
  next.clear()
  for (const job of jobs) job()
}
