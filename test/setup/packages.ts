import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian package → a program it brings. The end-to-end tests run against these, not against imitations. */
const needed = {
  curl: 'curl',
  mosquitto: 'mosquitto',
  'mosquitto-clients': 'mosquitto_pub',
  openssl: 'openssl',
  python3: 'python3',
  socat: 'socat',
  'build-essential': 'g++',
  systemd: 'systemd-analyze',
  chromium: 'chromium',
  nginx: 'nginx',
  caddy: 'caddy',
  faketime: 'faketime',
}

/** Installs what is missing when run as root on Debian; otherwise stops with the one line that would. */
export default function installPackages(): void {
  const missing = Object.entries(needed).flatMap(([name, program]) => (isOnPath(program) ? [] : [name]))
  if (missing.length === 0) return
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0 || !isOnPath('apt-get'))
    throw new Error(`tests need programs that are not installed; run: sudo ${install}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('sh', ['-c', `apt-get update -q && ${install}`], { env, stdio: ['ignore', 'inherit', 'inherit'] })
}

function isOnPath(program: string): boolean {
  // Debian puts servers in sbin, which is not on every user's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
