import type { Feed } from './feed.ts'
import type { StreamFilter } from './filter.ts'
import type { PageSource } from './pages.ts'
import type { Reader } from './turns.ts'

/** Where the events go: a connection with back-pressure. */
export interface Outlet {
  /** False when the other side does not keep up: write nothing more until `drained`. */
  write(bytes: Buffer): boolean
  /** Resolves when writing may go on, and when the connection is closed. */
  drained(): Promise<void>
}

/**
 * Follows the log for one connection, history and live alike: read what comes after its place, write it, wait for its
 * next turn. A client that does not keep up costs its place (a number) and the page being written, no queue.
 * Resolves when the reader is closed; rejects when the log cannot be read.
 */
export async function follow(
  feed: Feed,
  reader: Reader,
  filter: StreamFilter | null,
  outlet: Outlet,
  pages: PageSource = feed.pages,
): Promise<void> {
  while (!reader.closed) {
    const page = await pages.read(reader.place, filter)
    const begun = feed.turns.now
    reader.place = page.next
    reader.id = page.id ?? null
    reader.due = page.due ?? null
    feed.delivered += page.count
    const bytes = page.bytes ?? feed.heartbeat(reader)
    if (bytes && !reader.closed) {
      reader.sentAt = begun
      const keepsUp = outlet.write(bytes)
      feed.turns.worked(begun)
      if (!keepsUp) await outlet.drained()
    }
    const news = feed.news(reader, filter)
    if (news && !reader.closed && !outlet.write(news)) await outlet.drained()
    await feed.turns.next(reader)
  }
}
