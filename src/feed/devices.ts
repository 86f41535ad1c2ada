import type { Store } from '../log/store.ts'
import type { DeviceId, LoggedReading, Millis, Seq } from '../reading.ts'
import { Cursor } from './cursor.ts'
import {
  type Device,
  type DeviceChange,
  type Kept,
  type Label,
  showChange,
  showDevice,
  type Tags,
  tagsOf,
} from './device.ts'
import { Entry } from './entry.ts'
import type { TagSource } from './filter.ts'

const recordKind = 'device'

/**
 * What is known of devices. Readings are folded in from a cursor over the log; what is known beside them (family, names)
 * is kept in the store's records. Devices are as many as the gateway lets in (`limits.newDevicesPerHour`).
 */
export class DeviceDirectory implements TagSource {
  /** Called after every change of a device: see `changedSince`. */
  onChange: () => void = () => {}
  readonly #store: Store
  readonly #cursor: Cursor
  readonly #entries = new Map<DeviceId, Entry>()
  /** Online or not by prefix of the ids behind it. */
  readonly #bridges = new Map<string, boolean>()
  /** Forgotten, and not heard of since. */
  readonly #forgotten = new Map<DeviceId, Seq>()
  #labels: ReadonlyMap<DeviceId, Label>
  #changes = 0
  #tagRevision = 0

  private constructor(store: Store, labels: ReadonlyMap<DeviceId, Label>) {
    this.#store = store
    this.#labels = labels
    this.#cursor = new Cursor(store, (reading, now) => this.#fold(reading, now))
  }

  /** Reads what the store knows, and follows it from there. `labels` are those of the configuration. */
  static async open(store: Store, labels: ReadonlyMap<DeviceId, Label> = new Map()): Promise<DeviceDirectory> {
    const directory = new DeviceDirectory(store, labels)
    for (const [id, text] of store.records.all(recordKind)) directory.#restore(id, JSON.parse(text) as Kept)
    for (const reading of await store.latest()) directory.#fold(reading, null)
    void directory.#cursor.follow()
    return directory
  }

  /** How many changes there have been. */
  get changes(): number {
    return this.#changes
  }

  /** Changes whenever the tags of any device may have. */
  get tagRevision(): number {
    return this.#tagRevision
  }

  /** The tags of a device, which need not have been heard of. */
  tagsOf(id: DeviceId): Tags {
    return tagsOf(this.#entries.get(id)?.kept.label, this.#labels.get(id))
  }

  /** The devices whose status, name or other labels changed after the first `count` changes, as they are now. */
  changedSince(count: number): DeviceChange[] {
    return [...this.#entries.values()]
      .filter(({ changed }) => changed > count)
      .sort((a, b) => a.changed - b.changed)
      .map((entry) => showChange(entry, entry.changedTime, this.#labels.get(entry.id)))
  }

  /** All devices by id, with every reading appended so far. */
  async list(): Promise<Device[]> {
    await this.#cursor.catchUp()
    return [...this.#entries.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((entry) => showDevice(entry, this.#labels.get(entry.id)))
  }

  async get(id: DeviceId): Promise<Device | undefined> {
    await this.#cursor.catchUp()
    const entry = this.#entries.get(id)
    return entry && showDevice(entry, this.#labels.get(entry.id))
  }

  /**
   * A frame of the device was decoded. Called for every frame: cheap when nothing is new.
   * @param silentAfterMs how long it says itself that it is silent at most
   */
  seen(id: DeviceId, profile: string, source: string, announced?: string, silentAfterMs?: Millis): void {
    const entry = this.#entry(id)
    if (silentAfterMs !== undefined) entry.presence.silentAfterMs = silentAfterMs
    const { kept } = entry
    const isRenamed = announced !== undefined && announced !== kept.announced
    if (kept.profile === profile && kept.source === source && !isRenamed) return
    this.#keep(entry, { ...kept, profile, source, ...(isRenamed && { announced }) })
    if (isRenamed) this.#changed(entry, Date.now())
  }

  /** A device, or with scope `bridge` every device whose id starts with `id`, came or went. */
  setStatus(id: string, online: boolean, scope: 'device' | 'bridge' = 'device', time: Millis = Date.now()): void {
    if (scope === 'device') {
      const entry = this.#entry(id)
      entry.presence.says(online, this.#store.head)
      this.#keepLeft(entry)
      this.#judge(entry, time)
    } else {
      this.#bridges.set(id, online)
      for (const entry of this.#entries.values()) if (entry.id.startsWith(id)) this.#judge(entry, time)
    }
  }

  /**
   * Marks those offline that have been silent for too long, unless they say themselves when they leave. To be called now and then.
   * @param familyMs how long devices of a profile are silent at most
   * @param now by a clock that never jumps
   */
  noteSilence(familyMs: (profile: string) => Millis | undefined, now: Millis = performance.now()): void {
    for (const entry of this.#entries.values()) {
      const { profile } = entry.kept
      const longest = profile === undefined ? undefined : familyMs(profile)
      if (entry.presence.fallsSilent(now, longest)) this.#judge(entry, Date.now())
    }
  }

  /** Changes what people say about a device; an absent field stays. Undefined when there is no such device. */
  async label(id: DeviceId, label: Label): Promise<Device | undefined> {
    await this.#cursor.catchUp()
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    this.#keep(entry, { ...entry.kept, label: { ...entry.kept.label, ...label } })
    this.#tagRevision++
    this.#changed(entry, Date.now())
    return showDevice(entry, this.#labels.get(entry.id))
  }

  /** Forgets a device and what people said about it; its next reading makes it known again. False when unknown. */
  remove(id: DeviceId): boolean {
    const { head } = this.#store
    this.#store.records.put(recordKind, id, JSON.stringify({ forgotten: head } satisfies Kept))
    this.#forgotten.set(id, head)
    this.#tagRevision++
    return this.#entries.delete(id)
  }

  /** Takes the labels of a configuration that was read again. */
  configure(labels: ReadonlyMap<DeviceId, Label>): void {
    const before = this.#labels
    this.#labels = labels
    this.#tagRevision++
    for (const entry of this.#entries.values())
      if (JSON.stringify(before.get(entry.id)) !== JSON.stringify(labels.get(entry.id)))
        this.#changed(entry, Date.now())
  }

  close(): void {
    this.#cursor.close()
  }

  #restore(id: DeviceId, kept: Kept): void {
    const { forgotten } = kept
    if (forgotten !== undefined && Object.keys(kept).length === 1) {
      // Once retention has taken its readings nothing can bring it back by mistake.
      if (forgotten < this.#store.floor) this.#store.records.delete(recordKind, id)
      else this.#forgotten.set(id, forgotten)
      return
    }
    const entry = this.#entry(id)
    entry.kept = kept
    if (kept.left) this.setStatus(id, false)
  }

  /** @param now when it was heard, by a clock that never jumps; null for what was stored before the start */
  #fold(reading: LoggedReading, now: Millis | null): void {
    let entry = this.#entries.get(reading.device)
    if (!entry) {
      const forgotten = this.#forgotten.get(reading.device)
      if (forgotten !== undefined && reading.seq <= forgotten) return
      entry = this.#entry(reading.device)
    }
    if (!entry.take(reading)) return
    if (now === null || reading.quality === 'stale' || now === entry.presence.heardAt) return
    entry.presence.hear(reading.seq, now)
    this.#keepLeft(entry)
    this.#judge(entry, reading.time)
  }

  #entry(id: DeviceId): Entry {
    let entry = this.#entries.get(id)
    if (!entry) {
      const forgotten = this.#forgotten.get(id)
      this.#forgotten.delete(id)
      entry = new Entry(id, forgotten === undefined ? {} : { forgotten })
      this.#entries.set(id, entry)
      this.#judge(entry, Date.now())
    }
    return entry
  }

  #keepLeft(entry: Entry): void {
    const { hasLeft } = entry.presence
    if (hasLeft === (entry.kept.left ?? false)) return
    const { left: _, ...kept } = entry.kept
    this.#keep(entry, hasLeft ? { ...kept, left: true } : kept)
  }

  /** Tells the streams when the device is there, or not, other than before. */
  #judge(entry: Entry, time: Millis): void {
    const status = this.#isCutOff(entry.id) ? 'offline' : entry.presence.status
    if (status === entry.status) return
    entry.status = status
    this.#changed(entry, time)
  }

  #changed(entry: Entry, time: Millis): void {
    entry.changed = ++this.#changes
    entry.changedTime = time
    this.onChange()
  }

  #isCutOff(id: DeviceId): boolean {
    for (const [prefix, online] of this.#bridges) if (!online && id.startsWith(prefix)) return true
    return false
  }

  #keep(entry: Entry, kept: Kept): void {
    entry.kept = kept
    this.#store.records.put(recordKind, entry.id, JSON.stringify(kept))
  }
}
