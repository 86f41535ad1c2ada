import { describe, expect, it } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { Inputs, inputsOf, type RunningInput } from '../src/inputs.ts'

const serial = (port: string) =>
  inputsOf({ listen: null, listenChosen: false, users: [], anonymous: false, brokers: [] }, [
    { port, profile: 'lines' },
  ])

/** An input that does nothing but tell whether it is paused. */
function stub(start: () => Promise<void> = async () => {}) {
  const input = { paused: false, stopped: false }
  const running: RunningInput = {
    state: { name: 'stub', kind: 'serial', status: 'connected', since: 0, received: 0, dropped: 0 },
    start,
    stop: async () => {
      input.stopped = true
    },
    pause: () => {
      input.paused = true
    },
    resume: () => {
      input.paused = false
    },
  }
  return { input, running }
}

describe('inputs', () => {
  it('are paused with the others while they start, and before', async () => {
    let started = () => {}
    const slow = stub(() => new Promise((resolve) => (started = resolve)))
    const inputs = new Inputs(async () => slow.running)
    inputs.pause(true)
    const ready = inputs.become(serial('/dev/one'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(slow.input.paused).toBe(true)
    inputs.pause(false)
    expect(slow.input.paused).toBe(false)
    started()
    await ready
  })

  it('that cannot start are none, and are tried again with the next configuration', async () => {
    let attempts = 0
    const inputs = new Inputs(async () => {
      if (++attempts > 1) return stub().running
      return stub(async () => {
        throw new GatewayError('conflict', 'in use', 'stop what uses it')
      }).running
    })
    await expect(inputs.become(serial('/dev/one'))).rejects.toThrow('in use')
    expect(inputs.states()).toEqual([])
    await inputs.become(serial('/dev/one'))
    expect(inputs.states()).toHaveLength(1)
  })

  it('stay as they are where their configuration does, and stop where it is gone', async () => {
    const made: ReturnType<typeof stub>[] = []
    const inputs = new Inputs(async () => {
      made.push(stub())
      return made.at(-1)!.running
    })
    await inputs.become(serial('/dev/one'))
    await inputs.become(serial('/dev/one'))
    expect(made).toHaveLength(1)
    await inputs.become(serial('/dev/two'))
    expect(made.map(({ input }) => input.stopped)).toEqual([true, false])
  })
})
