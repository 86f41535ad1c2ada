import { expect, it } from 'vitest'
import { GatedReader } from '../../src/log/gated-reader.ts'

const turn = () => new Promise(setImmediate)

it('gives the thread two calls at a time, in order', async () => {
  const { reader, called, answer } = gated()
  const all = [1, 2, 3, 4].map((limit) => reader.ask('rejected', { limit, before: 0 }))
  await turn()
  expect(called).toEqual([1, 2])
  answer()
  await turn()
  expect(called).toEqual([1, 2, 3])
  for (let i = 0; i < 3; i++) {
    answer()
    await turn()
  }
  await Promise.all(all)
  expect(called).toEqual([1, 2, 3, 4])
})

it('pauses when those under way have ended, and keeps the others out until then', async () => {
  const { reader, called, answer } = gated()
  const all = [1, 2, 3, 4].map((limit) => reader.ask('rejected', { limit, before: 0 }))
  await turn()
  let end = () => {}
  let paused = false
  const pause = reader.pauseFor(() => {
    paused = true
    return new Promise<void>((resolve) => {
      end = resolve
    })
  })
  answer()
  await turn()
  expect(paused).toBe(false)
  answer()
  await turn()
  expect(paused).toBe(true)
  all.push(reader.ask('rejected', { limit: 5, before: 0 }))
  await turn()
  expect(called).toEqual([1, 2])
  end()
  await pause
  for (let i = 0; i < 3; i++) {
    await turn()
    answer()
  }
  await Promise.all(all)
  expect(called).toEqual([1, 2, 3, 4, 5])
})

it('refuses those that wait when it is closed', async () => {
  const { reader, called, answer } = gated()
  const all = [1, 2, 3].map((limit) => reader.ask('rejected', { limit, before: 0 }))
  await turn()
  const closing = reader.close()
  answer()
  answer()
  await closing
  await expect(all[2]).rejects.toMatchObject({ name: 'GatewayError', code: 'unavailable' })
  await expect(reader.ask('rejected', { limit: 4, before: 0 })).rejects.toMatchObject({ code: 'unavailable' })
  await Promise.all(all.slice(0, 2))
  expect(called).toEqual([1, 2, 'close', 'end'])
})

/** A reader whose thread answers when told to. */
function gated() {
  const called: unknown[] = []
  const answers: (() => void)[] = []
  const thread = {
    call: (name: string, request: { limit?: number }) => {
      called.push(request.limit ?? name)
      return name === 'close' ? Promise.resolve() : new Promise<never>((resolve) => answers.push(resolve as () => void))
    },
    end: async () => {
      called.push('end')
    },
  }
  const reader = new GatedReader(thread as ConstructorParameters<typeof GatedReader>[0], 'a file')
  return { reader, called, answer: () => answers.shift()?.() }
}
