import { readdir, readFile, readlink, realpath } from 'node:fs/promises'

/** Another program that has a port open. */
export interface Holder {
  readonly pid: number
  readonly name: string
}

/**
 * Who else reads a port: most programs open it without a lock, and then each gets some of the bytes. Looks through /proc,
 * as far as this user may; null where nobody was found, or on other systems.
 */
export async function findHolder(port: string): Promise<Holder | null> {
  const path = await realpath(port).catch(() => null)
  if (path === null) return null
  for (const entry of await readdir('/proc').catch(() => [])) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const open = await openFiles(pid)
    if (!open.has(path) || ownsTerminal(path, open)) continue
    return {
      pid,
      name: await readFile(`/proc/${pid}/comm`, 'utf8').then(
        (name) => name.trim(),
        () => '',
      ),
    }
  }
  return null
}

async function openFiles(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`
  const files = await readdir(folder).catch(() => [])
  return new Set(await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => ''))))
}

/** The program that made a pseudo-terminal holds it open without reading from it. */
function ownsTerminal(path: string, open: Set<string>): boolean {
  return path.startsWith('/dev/pts/') && (open.has('/dev/ptmx') || open.has('/dev/pts/ptmx'))
}
