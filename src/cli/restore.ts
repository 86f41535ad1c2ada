import { dataFolder } from '../config/load.ts'
import { restoreBackup } from '../log/restore.ts'
import { note } from './terminal.ts'

export interface RestoreOptions {
  readonly config?: string
  readonly data?: string
}

/** `rivulet restore`: back from a backup, with the former database kept beside it. */
export async function restore(backup: string, options: RestoreOptions): Promise<void> {
  const { config, data } = options
  const folder = dataFolder({ file: config, data })
  const { file, kept } = restoreBackup(backup, folder)
  note(`${file} is back as it was in ${backup}`)
  if (kept !== null) note(`what was there is now ${kept}; remove it when you no longer need it`)
}
