import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Logger } from './logger.ts'

/** What systemd is told (sd_notify(3)). */
export interface Supervisor {
  /** The inputs are open. From here on it is also told, as often as it asks for, that the event loop turns. */
  ready(): Promise<void>
  /** The gateway is closing. */
  stopping(): Promise<void>
}

const run = promisify(execFile)

/**
 * systemd where it started us as `Type=notify`, and nobody elsewhere. Node.js has no Unix datagram sockets, so that
 * systemd-notify sends the message; the unit needs `NotifyAccess=all` for that. It waits until systemd has read it:
 * from a process that is gone already systemd could not tell whose message it is.
 */
export function findSupervisor(logger: Logger, env: NodeJS.ProcessEnv = process.env): Supervisor {
  let timer: NodeJS.Timeout | undefined
  let sending = Promise.resolve()
  let waiting = 0

  const send = (...states: string[]): Promise<void> => {
    if (!env.NOTIFY_SOCKET) return Promise.resolve()
    waiting++
    sending = sending.then(async () => {
      try {
        await run('systemd-notify', states, { env, timeout: 10_000 })
      } catch (error) {
        const message = (error as Error).message.split('\n')[0]
        logger.error({}, `systemd cannot be told ${states.join(' ')}: ${message}; is NotifyAccess=all in the unit?`)
      }
      waiting--
    })
    return sending
  }

  return {
    ready: async () => {
      const everyMs = watchdogMs(env)
      if (everyMs !== undefined) timer = setInterval(() => void (waiting === 0 && send('WATCHDOG=1')), everyMs).unref()
      await send('READY=1')
    },
    stopping: () => {
      clearInterval(timer)
      return send('STOPPING=1')
    },
  }
}

/** How often: three times in the span that systemd waits (sd_watchdog_enabled(3) asks for two). */
function watchdogMs({ WATCHDOG_USEC: span, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | undefined {
  if (pid !== undefined && Number(pid) !== process.pid) return undefined
  const ms = Number(span) / 3000
  return ms > 0 ? ms : undefined
}
