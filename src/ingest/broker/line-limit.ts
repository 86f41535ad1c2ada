/** Lines a minute: enough to see what is wrong, too few to fill a card when a device tries again every second. */
const linesMax = 20
const minuteMs = 60_000

/** Passes lines on to the log, at most some a minute; of the others it tells how many there were, with the next line. */
export function limitLines(write: (line: string) => void): (line: string) => void {
  let since = Number.NEGATIVE_INFINITY
  let count = 0
  return (line) => {
    const now = performance.now()
    if (now - since > minuteMs) {
      if (count > linesMax) write(`and ${count - linesMax} more such lines left out`)
      since = now
      count = 0
    }
    if (++count <= linesMax) write(line)
  }
}
