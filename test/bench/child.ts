import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a module of this folder in a process of its own, which talks over the channel that Node gives it. */
export function startChild(name: string, execArgv: string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), { execArgv })
}

/** Sends an order to a child and gives its answer. */
export function tell(child: ChildProcess, order: object | string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a process of the bench ended early'))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer)
    })
    child.send(order)
  })
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
