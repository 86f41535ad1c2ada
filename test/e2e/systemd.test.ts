import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const unit = join(root, 'systemd/rivulet.service')

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

/** Node.js has no Unix datagram sockets; every Debian has Perl. The descriptors of barriers are dropped, which passes them. */
const receive = `use Socket; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($s, sockaddr_un($ARGV[0])) or die $!;
while (defined recv($s, my $text, 4096, 0)) { print "$text\n" }`

/** A socket as systemd has one, and what was sent to it. */
async function listen() {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-'))
  const path = join(folder, 'notify')
  const receiver = spawn('perl', ['-e', receive, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  toClose.push(() => {
    receiver.kill()
    rmSync(folder, { recursive: true })
  })
  let told = ''
  receiver.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
  await until('it listens', () => existsSync(path))
  return { path, count: (state: string) => told.split(`${state}\n`).length - 1 }
}

it('tells systemd that it is ready, that it is alive, and that it stops', async () => {
  const systemd = await listen()
  const gateway = await startGateway({ env: { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '600000' } })
  toClose.push(gateway.stop)
  await until('it is ready', () => systemd.count('READY=1') === 1)
  await until('it is alive', () => systemd.count('WATCHDOG=1') >= 3)
  process.kill(gateway.pid(), 'SIGSTOP')
  // Some may have been under way.
  let [heard, since] = [0, performance.now()]
  await until('nothing more is heard of it', () => {
    const now = systemd.count('WATCHDOG=1')
    if (now !== heard) [heard, since] = [now, performance.now()]
    return performance.now() - since > 1500
  })
  process.kill(gateway.pid(), 'SIGCONT')
  expect(await gateway.kill()).toBe(0)
  await until('it stops', () => systemd.count('STOPPING=1') === 1)
  expect(gateway.output()).not.toContain('systemd cannot be told')
})

it('runs all the same, and says what is wrong, where systemd cannot be told', async () => {
  const gateway = await startGateway({ env: { NOTIFY_SOCKET: '/nonexistent/notify' } })
  toClose.push(gateway.stop)
  await until('it says so', () => gateway.output().includes('systemd cannot be told READY=1'))
  expect(await gateway.kill()).toBe(0)
})

it('has a unit that starts what is built, and exposes little', () => {
  const text = readFileSync(unit, 'utf8')
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: { rivulet: string } }
  expect(text).toContain(`/opt/rivulet/${bin.rivulet} start`)
  for (const setting of ['Type=notify', 'NotifyAccess=all', 'Restart=always', 'DynamicUser=yes'])
    expect(text.split('\n')).toContain(setting)
  // Exit code 1 above the threshold of 2.0.
  const analyze = ['security', '--offline=true', '--threshold=20', unit]
  const { status, stdout, stderr } = spawnSync('systemd-analyze', analyze, { encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
})
