import { createAdmission, createSeriesAdmission } from './admission.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import type { Decoder, DeviceEvent } from './decode/decoder.ts'
import { createDecoder, type DecodeLimits } from './decode/engine.ts'
import type { Profile } from './decode/profile.ts'
import type { DeviceDirectory } from './feed/devices.ts'
import type { Inputs } from './inputs.ts'
import { createIntake, type Intake } from './intake.ts'
import type { Store } from './log/store.ts'
import type { Millis, Reading } from './reading.ts'

/** What the intake works with; the configuration may change while it does. */
export interface IntakeSurroundings {
  readonly config: Config
  readonly profiles: readonly Profile[]
  readonly store: Store
  readonly directory: DeviceDirectory
  readonly inputs: Inputs
  readonly clock: Clock
}

/** The intake of a gateway, which knows what was stored before it was opened: devices and counters. */
export async function openIntake(live: IntakeSurroundings): Promise<Intake> {
  const { config, profiles, store, directory, inputs, clock } = live
  const latest = await store.latest()
  const known = (await directory.list()).map(({ id }) => id)
  return createIntake({
    decoder: recalling(createDecoder(profiles, decodeLimits(config)), latest, config),
    store,
    clock,
    admit: createAdmission(known, config.limits.newDevicesPerHour),
    admitSeries: createSeriesAdmission(latest),
    adjust: (device, metric) => live.config.devices[device]?.adjust[metric],
    seen: (device, profile, source) => directory.seen(device, profile, source),
    event: (event, source, time) => hear(event, source, time, directory, inputs),
  })
}

function decodeLimits({ limits }: Config): DecodeLimits {
  return { payloadBytes: limits.messageBytes, fields: limits.fieldsPerMessage }
}

/** Counters are compared with where they stood before the start; calibrated ones are not what the device says. */
function recalling(decoder: Decoder, latest: readonly Reading[], { devices }: Config): Decoder {
  for (const reading of latest) if (!devices[reading.device]?.adjust[reading.metric]) decoder.recall(reading)
  return decoder
}

function hear(event: DeviceEvent, source: string, time: Millis, directory: DeviceDirectory, inputs: Inputs): void {
  switch (event.type) {
    case 'availability':
      return directory.setStatus(event.device, event.online, event.scope, time)
    case 'removed':
      return directory.setStatus(event.device, false, 'device', time)
    case 'seen':
      return directory.seen(event.device, event.profile, source, event.name, event.silentAfterMs)
    case 'publish':
      inputs.publish(source, event.topic, event.payload)
  }
}
