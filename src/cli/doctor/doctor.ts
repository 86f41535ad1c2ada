import type { Config } from '../../config/config.ts'
import { problemLine } from '../../config/load.ts'
import { checkSettings } from '../settings.ts'
import { paint, plain, print } from '../terminal.ts'
import { disk, lookAtDatabase, lookAtFolder } from './data.ts'
import { lookAtDoors } from './doors.ts'
import { type Finding, ok, wrong } from './finding.ts'
import { clock, lookAtPort } from './machine.ts'
import { askGateway } from './running.ts'

export interface DoctorOptions {
  readonly config?: string
  readonly data?: string
}

/**
 * `rivulet doctor`: looks over an installation, whether the gateway runs or not, and says what to do. Resolves to whether
 * nothing is wrong.
 */
export async function doctor({ config: file, data }: DoctorOptions): Promise<boolean> {
  const flags = data === undefined ? {} : { data }
  const { config, problems } = checkSettings({ file, flags })
  const findings: Finding[] = [
    ...problems.map((problem) => wrong('config', problemLine(problem))),
    ...(problems.length === 0 ? [ok('config', config?.file ?? 'no rivulet.yaml here: the defaults')] : []),
    clock(),
  ]
  if (config) findings.push(...(await lookAt(config)))
  const width = Math.max(...findings.map(({ about }) => about.length))
  for (const { about, level, text } of findings)
    await print(`${paint(colours[level], level.padEnd(5))}  ${about.padEnd(width)}  ${plain(text)}`)
  return findings.every(({ level }) => level !== 'wrong')
}

const colours = { ok: 'green', note: 'yellow', wrong: 'red' } as const

async function lookAt(config: Config): Promise<Finding[]> {
  const { data, serial } = config
  const { finding, canBeSeen } = lookAtFolder(data)
  // Whether a gateway runs is seen there, too.
  if (!canBeSeen) return [finding]
  const { isThere, findings } = await askGateway(data)
  const ports = await Promise.all(serial.map(({ port }) => lookAtPort(port, isThere)))
  const found = [finding, disk(config), ...findings, ...ports]
  // A gateway that is there knows better itself how its database, its ports and its brokers are.
  if (isThere) return found
  const { broken, records } = lookAtDatabase(data)
  return [...found, ...broken, ...(await lookAtDoors(config, records))]
}
