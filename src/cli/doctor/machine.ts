import { existsSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { earliest, timesyncFolder } from '../../clock.ts'
import { findHolder } from '../../ingest/serial/holder.ts'
import { busy } from '../../ingest/serial/trouble.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

/** A board without a battery begins where it was switched off, or in 1970, until NTP has told it. */
export function clock(): Finding {
  const now = Date.now()
  const shown = new Date(now).toISOString().slice(0, 19)
  if (now < earliest) return wrong('clock', `it shows ${shown}; set it, or let systemd-timesyncd or chrony do so`)
  if (existsSync(timesyncFolder) && !existsSync(`${timesyncFolder}/synchronized`))
    return note('clock', `${shown}, not yet set by NTP: readings are marked unsynced until then; see timedatectl`)
  return ok('clock', `${shown} UTC`)
}

/** @param isOpen a gateway has it, and says itself when another program has it */
export async function lookAtPort(path: string, isOpen: boolean): Promise<Finding> {
  const there = await stat(path).catch(() => null)
  if (!there) return wrong('serial', `${path} is not there; plug it in, or see \`rivulet ports\``)
  if (!there.isCharacterDevice()) return wrong('serial', `${path} is no serial port; see \`rivulet ports\``)
  const mayUse = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!mayUse)
    return wrong('serial', `this user may not use ${path}; sudo usermod -aG dialout $USER, then log in again`)
  const holder = isOpen ? null : await findHolder(path)
  return holder ? wrong('serial', busy(path, holder).detail) : ok('serial', path)
}
