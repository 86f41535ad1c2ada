import type { Config } from '../config/config.ts'
import { checkConfig, type LoadOptions } from '../config/load.ts'
import type { Problem } from '../config/source.ts'
import type { Profile } from '../decode/profile.ts'
import { takesAddresses } from '../decode/serial-source.ts'
import { loadProfiles } from '../profiles.ts'

/** The configuration with the profiles that it names, and everything that is wrong with either. */
export interface Settings {
  /** Null where the file or the flags are wrong. */
  readonly config: Config | null
  /** Those that can be used, the user's own first. */
  readonly profiles: readonly Profile[]
  readonly problems: readonly Problem[]
}

/** Checks the configuration and the profiles together, since each names what the other has. */
export function checkSettings(options: LoadOptions): Settings {
  const { profiles, broken, problems } = loadProfiles(checkConfig(options).profiles)
  const profileNames = [...profiles.flatMap(({ id, serial }) => (serial ? [id] : [])), ...broken]
  const addressedProfiles = [...profiles.filter(takesAddresses).map(({ id }) => id), ...broken]
  const checked = checkConfig({ ...options, profileNames, addressedProfiles })
  return { config: checked.config, profiles, problems: [...checked.problems, ...problems] }
}
