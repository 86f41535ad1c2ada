/** Acknowledgements that wait for the disk, one after the other, each with how much the log had been given before it. */
export class HeldAcks {
  #bytes = Buffer.allocUnsafe(1024)
  #length = 0
  /** Which of them wait for what; those that wait for the same are one mark. */
  #marks: Mark[] = []
  #count = 0

  /** How many are held, and in how many bytes. */
  get count(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#length
  }

  /** What has to be on disk for the oldest; undefined when none is held. */
  get first(): number | undefined {
    return this.#marks[0]?.head
  }

  /** Adds an acknowledgement without properties, of that packet type and id. */
  addPlain(type: number, id: number): void {
    this.#reserve(4)
    this.#bytes[this.#length++] = type << 4
    this.#bytes[this.#length++] = 2
    this.#bytes[this.#length++] = id >> 8
    this.#bytes[this.#length++] = id & 255
  }

  /** Adds the bytes from `from` up to `to`, a piece of one. */
  addPiece(chunk: Buffer, from: number, to: number): void {
    this.#reserve(to - from)
    // By hand: `copy` costs more for four bytes.
    for (let i = from; i < to; i++) this.#bytes[this.#length++] = chunk[i]!
  }

  /** What was added last is whole now, and waits until `head` is on disk. */
  mark(head: number): void {
    const last = this.#marks.at(-1)
    this.#count++
    if (last?.head === head) {
      last.end = this.#length
      last.count++
    } else this.#marks.push({ head, end: this.#length, count: 1 })
  }

  /** Takes those out for which enough is on disk. */
  take(durableHead: number): { readonly bytes: Buffer; readonly count: number } {
    let marks = 0
    let count = 0
    for (const mark of this.#marks) {
      if (mark.head > durableHead) break
      marks++
      count += mark.count
    }
    const end = this.#marks.splice(0, marks).at(-1)?.end ?? 0
    const bytes = Buffer.from(this.#bytes.subarray(0, end))
    this.#bytes.copyWithin(0, end, this.#length)
    this.#length -= end
    this.#count -= count
    for (const mark of this.#marks) mark.end -= end
    return { bytes, count }
  }

  clear(): void {
    this.#marks = []
    this.#count = 0
    this.#length = 0
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const longer = Buffer.allocUnsafe(2 * this.#bytes.length)
    this.#bytes.copy(longer, 0, 0, this.#length)
    this.#bytes = longer
  }
}

/** Acknowledgements up to byte `end`. */
interface Mark {
  readonly head: number
  end: number
  count: number
}
