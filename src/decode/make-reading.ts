import type { DeviceId, Millis, Quality, Reading, Value } from '../reading.ts'

/** Four literal shapes, so that the engine sees few hidden classes and no key is there without a value. */
export function makeReading(
  device: DeviceId,
  metric: string,
  channel: string | undefined,
  unit: string | null,
  value: Value,
  time: Millis,
  quality: Quality | undefined,
): Reading {
  if (quality === undefined) {
    return channel === undefined
      ? { device, metric, unit, value, time }
      : { device, metric, channel, unit, value, time }
  }
  return channel === undefined
    ? { device, metric, unit, value, time, quality }
    : { device, metric, channel, unit, value, time, quality }
}
