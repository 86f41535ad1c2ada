import type { DeviceId, LoggedReading, Seq } from '../src/reading.ts'
import type { Catalog } from './catalog.ts'
import type { Route } from './route.ts'
import type { WireGap } from './wire.ts'

/** What fills the page below the bar. It is told what happens and draws when it sees fit. */
export interface View {
  readonly element: HTMLElement
  /** For the window's title. */
  title(): string
  /** The same view with another search or range. */
  route?(route: Route): void
  reading?(reading: LoggedReading): void
  gap?(gap: WireGap): void
  /** The stream began anew: history is to be loaded again. */
  fresh?(): void
  /** Devices or series came or went. */
  listed?(): void
  /** A value or the status of a device changed. */
  changed?(id: DeviceId): void
  /** Every second, for ages. */
  tick?(): void
  dispose(): void
}

export interface ViewContext {
  readonly catalog: Catalog
  /** Sequence number up to which the stream has brought everything. */
  head(): Seq
  /** The devices as they were listed last: where the way back leads. */
  list(): Route
  go(route: Route, how?: 'push' | 'replace'): void
}
