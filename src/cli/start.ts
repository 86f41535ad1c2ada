import type { Config } from '../config/config.ts'
import { problemLine, requireConfig } from '../config/load.ts'
import type { Demo } from '../demo/demo.ts'
import type { Gateway } from '../gateway.ts'
import type { Logger } from './logger.ts'
import { checkSettings, type Settings } from './settings.ts'
import { findSupervisor } from './supervisor.ts'
import { lostTerminal, note, surviveClosedPipe } from './terminal.ts'

export interface StartOptions {
  readonly config?: string
  readonly data?: string
  readonly http?: string
  readonly mqtt?: string
  readonly serial?: readonly string[]
  readonly lan?: boolean
  readonly demo?: boolean
}

/**
 * Signals so close to the first are the same: at Ctrl-C a terminal sends SIGINT to the whole group, and npm, which is in
 * it, sends another to what it started.
 */
const sameSignalMs = 500

/** `rivulet start`: runs the gateway until a signal ends it. */
export async function start(options: StartOptions): Promise<void> {
  const { config: file, demo: wantsDemo, ...flags } = options
  const read = () => checkSettings({ file, flags })
  const settings = read()
  const config = requireConfig(settings)
  // Only now: whoever has mistyped a flag does not wait for a database and a broker to load.
  const [{ startGateway }, { createLogger }, { greet }] = await Promise.all([
    import('../gateway.ts'),
    import('./logger.ts'),
    import('./greeting.ts'),
  ])
  surviveClosedPipe()
  const logger = createLogger()
  dieAloud(logger)
  const signals = listenForSignals()
  const supervisor = findSupervisor(logger)
  const demo = wantsDemo ? await (await import('../demo/demo.ts')).openDemo() : undefined
  try {
    const gateway = await startGateway({
      config: demo?.addTo(config) ?? config,
      profiles: settings.profiles,
      lan: options.lan ?? false,
      logger,
    })
    try {
      // Before the greeting: whoever reads where the page is may ask for a reload at once.
      signals.onReload = () => void takeOver(gateway, read(), demo, logger)
      await greet(gateway, config, options.lan ?? false)
      if (demo) startDemo(demo, gateway, config)
      void supervisor.ready()
      await signals.stopped
      signals.onReload = () => undefined
      note('storing what has come in …')
    } finally {
      void supervisor.stopping()
      await gateway.close()
    }
  } finally {
    await demo?.close()
  }
}

interface Signals {
  /** Resolves at the first SIGINT or SIGTERM; a later one ends the process without waiting any longer. */
  readonly stopped: Promise<void>
  onReload: () => void
}

/**
 * SIGHUP reloads, as daemons do; but from a terminal whose window or connection was closed it means what it was made
 * for, or a gateway that nobody sees would keep the ports.
 */
function listenForSignals(): Signals {
  let first = 0
  let stop: () => void = () => undefined
  const signals: Signals = { stopped: new Promise((resolve) => (stop = resolve)), onReload: () => undefined }
  const end = (code: number) => () => {
    if (first !== 0 && Date.now() - first > sameSignalMs) process.exit(code)
    first ||= Date.now()
    stop()
  }
  process.on('SIGINT', end(130))
  process.on('SIGTERM', end(143))
  process.on('SIGHUP', () => (lostTerminal() ? end(129)() : signals.onReload()))
  return signals
}

/** A configuration that is wrong leaves everything as it was. */
async function takeOver(gateway: Gateway, settings: Settings, demo: Demo | undefined, logger: Logger): Promise<void> {
  const { config, problems } = settings
  if (!config || problems.length > 0) {
    for (const problem of problems) logger.error({}, problemLine(problem))
    return logger.error({}, 'the configuration is wrong and was not taken over')
  }
  try {
    const waiting = await gateway.reload(demo?.addTo(config) ?? config)
    logger.info({}, 'configuration reloaded')
    if (waiting.length > 0) logger.warn({}, `changes of ${waiting.join(', ')} need a restart`)
  } catch (error) {
    logger.error({ err: error }, 'the configuration was not taken over')
  }
}

function startDemo(demo: Demo, gateway: Gateway, { mqtt: { tls } }: Config): void {
  if (demo.withoutSerial) note(`${demo.withoutSerial.message}; ${demo.withoutSerial.hint}`)
  if (!gateway.broker) return note('no broker on this machine: no simulated MQTT sensors')
  const { host, port } = gateway.broker.address
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  // Over TLS on this machine; whose certificate it is does not matter to simulated sensors.
  const scheme = tls && gateway.broker.embedded ? 'mqtts' : 'mqtt'
  demo.publishTo({ url: `${scheme}://${reachable}:${port}`, rejectUnauthorized: false, ...gateway.lend() })
  note('simulated sensors are running; they are marked as such')
}

/** What nobody caught is a bug. The log is safe, as it is when power fails; whoever supervises us starts us again. */
function dieAloud(logger: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      logger.error({ err: error }, 'a bug in rivulet has ended it: please report it')
      process.exit(1)
    })
}
