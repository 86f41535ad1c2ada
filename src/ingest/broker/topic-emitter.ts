import { TopicTree } from './topic-tree.ts'

interface Message {
  readonly topic: string
}

/** Takes a message and says when it may have the next. */
type Receive = (message: Message, taken: () => void) => void

interface Waiting {
  readonly message: Message
  readonly done: (error?: Error) => void
}

/** Messages on their way to subscribers at a time; beyond it they wait for the slowest of these. */
const underWayMax = 100

/** Topics whose subscribers are remembered: sensors publish on the same ones again and again, and none as long as that. */
const topicsMax = 1000
const rememberedLengthMax = 256

/** Messages that are taken from the queue before it is moved up. */
const takenMax = 1024

/**
 * Brings messages to whoever subscribed to their topics, as aedes wants it of its `mq`. Its own goes from one message that waited to
 * the next by calling itself: a thousand that nobody has subscribed to, behind one that a subscriber was slow to take, overflow the
 * stack, which ends the process.
 */
export class TopicEmitter {
  readonly #tree = new TopicTree<Receive>()
  readonly #names = new WeakMap<Receive, string>()
  /** By topic, as long as nobody subscribes or unsubscribes. */
  readonly #receivers = new Map<string, readonly Receive[]>()
  /** From `#next` on. A client is read from again when its messages are done, so that one read of each is the most there can be. */
  #waiting: Waiting[] = []
  #next = 0
  #named = 0
  #underWay = 0
  #isSending = false
  #isClosed = false

  on(filter: string, receive: Receive, done?: () => void): this {
    this.#tree.set(filter, this.#nameOf(receive), receive)
    this.#receivers.clear()
    if (done) setImmediate(done)
    return this
  }

  removeListener(filter: string, receive: Receive, done?: () => void): this {
    // Not at once: a message that is on its way is still to be taken.
    setImmediate(() => {
      this.#tree.delete(filter, this.#nameOf(receive))
      this.#receivers.clear()
      done?.()
    })
    return this
  }

  /** `done` is called when all have taken the message, or there is nobody. */
  emit(message: Message, done: Waiting['done'] = () => {}): this {
    if (this.#isClosed) {
      done(new Error('the broker is closed'))
      return this
    }
    this.#waiting.push({ message, done })
    this.#send()
    return this
  }

  close(done: () => void): this {
    this.#isClosed = true
    setImmediate(done)
    return this
  }

  /** What is emitted or taken meanwhile is seen by the loop that runs already. */
  #send(): void {
    if (this.#isSending) return
    this.#isSending = true
    try {
      while (this.#underWay < underWayMax && this.#next < this.#waiting.length) this.#sendOne(this.#take())
    } finally {
      this.#isSending = false
    }
  }

  /** Array.shift moves all that follow once there are tens of thousands. */
  #take(): Waiting {
    const first = this.#waiting[this.#next++]!
    if (this.#next === this.#waiting.length || this.#next === takenMax) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    return first
  }

  #sendOne({ message, done }: Waiting): void {
    const receivers = this.#receiversOf(message.topic)
    let left = receivers.length
    if (left === 0) return done()
    this.#underWay++
    const taken = () => {
      if (--left > 0) return
      this.#underWay--
      done()
      this.#send()
    }
    for (const receive of receivers) receive(message, taken)
  }

  #receiversOf(topic: string): readonly Receive[] {
    const known = this.#receivers.get(topic)
    if (known) return known
    if (this.#receivers.size === topicsMax) this.#receivers.clear()
    const receivers = [...this.#tree.match(topic).values()]
    if (topic.length <= rememberedLengthMax) this.#receivers.set(topic, receivers)
    return receivers
  }

  #nameOf(receive: Receive): string {
    let name = this.#names.get(receive)
    if (name === undefined) {
      name = `${++this.#named}`
      this.#names.set(receive, name)
    }
    return name
  }
}
