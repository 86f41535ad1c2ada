import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkConfig } from '../src/config/load.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

interface Instruction {
  readonly name: string
  readonly text: string
}

interface Service {
  readonly image: string
  readonly ports: readonly string[]
  readonly volumes: readonly string[]
  readonly command?: readonly string[]
  readonly [key: string]: unknown
}

/** Comments and line continuations taken out (Dockerfile reference, "Format"). */
function instructions(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line))
  return lines
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(/\s+/)[0]!, text: line.replace(/^\S+\s+/, '') }))
}

const all = instructions(read('Dockerfile'))
const froms = all.flatMap(({ name }, i) => (name === 'FROM' ? [i] : []))
const final = all.slice(froms.at(-1))
const texts = (name: string, among = all) => among.filter((one) => one.name === name).map(({ text }) => text)

describe('the Dockerfile', () => {
  it('has stages on exact versions of one image that there is for arm64 and amd64', () => {
    expect(froms).toHaveLength(2)
    for (const text of texts('FROM')) expect(text).toMatch(/^node:20\.\d+\.\d+-bookworm-slim( AS \w+)?$/)
    expect(new Set(texts('FROM').map((text) => text.split(' ')[0])).size).toBe(1)
  })

  it('runs as a user who is not root and may open serial ports', () => {
    expect(texts('USER', final)).toEqual(['node'])
    expect(texts('RUN', final).join()).toContain('--groups dialout node')
    const user = final.findIndex(({ name }) => name === 'USER')
    expect(final.slice(user).some(({ name }) => name === 'RUN' || name === 'COPY')).toBe(false)
  })

  it('leaves no package lists behind, and installs nothing that was not asked for', () => {
    for (const text of texts('RUN')) {
      expect(text).not.toMatch(/\bsudo\b|\bcurl\b|\bwget\b|npm install|apt-get upgrade/)
      if (!text.includes('apt-get')) continue
      expect(text).toMatch(
        /apt-get update .*apt-get install -y --no-install-recommends .*rm -rf \/var\/lib\/apt\/lists\/\*$/,
      )
    }
    expect(texts('RUN', final).join()).not.toMatch(/apt-get|npm/)
    expect(texts('RUN').join()).toContain('npm prune --omit=dev')
  })

  it('uses exec forms, absolute folders, COPY, and a health check', () => {
    for (const name of ['ENTRYPOINT', 'CMD'])
      for (const text of texts(name)) expect(JSON.parse(text)).toBeInstanceOf(Array)
    expect(texts('HEALTHCHECK')).toEqual([expect.stringMatching(/CMD \["node", "\/app\/healthcheck.mjs"\]$/)])
    for (const folder of texts('WORKDIR')) expect(folder).toMatch(/^\//)
    expect(texts('ADD')).toEqual([])
    expect(texts('ENTRYPOINT')).toHaveLength(1)
    expect(texts('CMD')).toHaveLength(1)
  })

  it('copies only what is there and not ignored', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    for (const file of kept) expect(existsSync(join(root, file)), file).toBe(true)
    const sources = texts('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(/\s+/).slice(0, -1))
    for (const file of sources) expect(file === '.' || kept.includes(file), file).toBe(true)
    for (const text of texts('COPY').filter((one) => one.startsWith('--from')))
      expect(text).toMatch(/^--from=build \/build\//)
    const needed = [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'vite.config.ts',
      'src',
      'devices',
      'web',
    ]
    expect(kept).toEqual(expect.arrayContaining(needed))
  })
})

describe('docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml'), { strict: true }) as {
    services: Record<'mosquitto' | 'rivulet', Service>
    volumes: Record<string, unknown>
  }
  const { mosquitto, rivulet } = compose.services

  it('publishes ports on loopback unless the user says otherwise', () => {
    const ports = [...mosquitto.ports, ...rivulet.ports]
    expect(ports).toHaveLength(2)
    for (const port of ports) expect(port).toMatch(/^\$\{[A-Z]+_BIND:-127\.0\.0\.1\}:\d+:\d+$/)
  })

  it('names exact versions, and gives no privileges but the serial ports', () => {
    expect(mosquitto.image).toMatch(/^eclipse-mosquitto:2\.\d+\.\d+$/)
    expect(rivulet.image).toBe(`rivulet:${(JSON.parse(read('package.json')) as { version: string }).version}`)
    for (const key of ['privileged', 'network_mode', 'user']) expect(rivulet).not.toHaveProperty(key)
    expect(rivulet).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    expect(rivulet.volumes).toContain('/dev:/dev')
    expect(rivulet.device_cgroup_rules).toEqual(['c 166:* rw', 'c 188:* rw', 'c 204:* rw'])
  })

  it('keeps data in volumes that are declared, and mounts files that are there', () => {
    for (const volume of [...mosquitto.volumes, ...rivulet.volumes]) {
      const [source] = volume.split(':')
      if (source!.startsWith('./')) expect(existsSync(join(root, source!)), volume).toBe(true)
      else if (!source!.startsWith('/')) expect(compose.volumes).toHaveProperty([source!])
    }
  })

  it('gives mosquitto a window of a thousand messages, and lets what waits survive', () => {
    const lines = read('docker/mosquitto.conf').split('\n')
    expect(lines).toEqual(
      expect.arrayContaining(['max_inflight_messages 1000', 'persistence true', 'queue_qos0_messages true']),
    )
  })

  it('gives Rivulet a configuration without problems, and a session that outlives the container', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rivulet-docker-'))
    const { config, problems } = checkConfig({
      file: join(root, 'docker/rivulet.yaml'),
      cwd,
      flags: { lan: true },
      env: {},
    })
    rmSync(cwd, { recursive: true })
    expect(problems).toEqual([])
    expect(config).toMatchObject({
      http: { listen: { host: '0.0.0.0', port: 8080 } },
      mqtt: { listen: null, brokers: [{ url: 'mqtt://mosquitto:1883', clientId: 'rivulet' }] },
    })
  })
})
