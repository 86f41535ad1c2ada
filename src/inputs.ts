import { isDeepStrictEqual } from 'node:util'
import type { BrokerConfig, MqttConfig, SerialConfig } from './config/config.ts'
import { GatewayError } from './errors.ts'
import type { Input, InputState } from './ingest/input.ts'

/** What an input is made from; two that are equal make the same input. */
export type InputConfig =
  | {
      readonly kind: 'broker'
      readonly listen: { readonly host: string; readonly port: number }
      readonly mqtt: MqttConfig
    }
  | { readonly kind: 'mqtt'; readonly broker: BrokerConfig }
  | { readonly kind: 'serial'; readonly serial: SerialConfig }

/** An input that may also be able to send, such as a Sparkplug rebirth request. */
export type RunningInput = Input & {
  publish?(topic: string, payload: Uint8Array): boolean
  /** Takes over what changed in files that its configuration names. */
  renew?(): void
}

interface Running {
  readonly config: InputConfig
  readonly input: RunningInput
}

/**
 * The inputs of a configuration, by name: started, stopped and exchanged when it changes; paused together while the disk
 * takes nothing more.
 */
export class Inputs {
  readonly #make: (config: InputConfig) => Promise<RunningInput>
  readonly #running = new Map<string, Running>()
  #paused = false

  constructor(make: (config: InputConfig) => Promise<RunningInput>) {
    this.#make = make
  }

  /** Makes the running inputs those of the configuration. @throws GatewayError from the first that cannot start */
  async become(wanted: ReadonlyMap<string, InputConfig>): Promise<void> {
    for (const [name, { config, input }] of this.#running) {
      const next = wanted.get(name)
      if (next && isDeepStrictEqual(next, config)) {
        input.renew?.()
        continue
      }
      this.#running.delete(name)
      await input.stop()
    }
    for (const [name, config] of wanted) if (!this.#running.has(name)) await this.#start(name, config)
  }

  states(): InputState[] {
    return [...this.#running.values()].map(({ input }) => input.state)
  }

  /** Sends through the input of that name; false when it cannot, now or ever. */
  publish(name: string, topic: string, payload: Uint8Array): boolean {
    for (const { input } of this.#running.values())
      if (input.state.name === name) return input.publish?.(topic, payload) ?? false
    return false
  }

  /** Makes senders wait, or take up again. */
  pause(paused: boolean): void {
    if (this.#paused === paused) return
    this.#paused = paused
    for (const { input } of this.#running.values()) {
      if (paused) input.pause()
      else input.resume()
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ input }) => input.stop()))
    this.#running.clear()
  }

  async #start(name: string, config: InputConfig): Promise<void> {
    const input = await this.#make(config)
    if (this.#paused) input.pause()
    // From now on it is paused with the others, also while it starts.
    this.#running.set(name, { config, input })
    try {
      await input.start()
    } catch (error) {
      this.#running.delete(name)
      throw error
    }
  }
}

/** Which inputs a configuration asks for, by a name that tells them apart. */
export function inputsOf(mqtt: MqttConfig, serial: readonly SerialConfig[]): Map<string, InputConfig> {
  const inputs = new Map<string, InputConfig>()
  if (mqtt.listen) inputs.set('broker', { kind: 'broker', listen: mqtt.listen, mqtt })
  for (const broker of mqtt.brokers) inputs.set(`mqtt ${broker.name}`, { kind: 'mqtt', broker })
  for (const port of serial) {
    const name = `serial ${port.port}`
    if (inputs.has(name)) throw new GatewayError('config', `${port.port} is listed twice`, 'take one of them out')
    inputs.set(name, { kind: 'serial', serial: port })
  }
  return inputs
}
