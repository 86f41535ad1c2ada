import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { freePort } from './free-port.ts'
import { type Listening, startListener } from './listener.ts'
import { snippet } from './snippet.ts'

export interface ReverseProxy extends Listening {
  readonly secure: boolean
}

/**
 * nginx with the documented configuration, among others' settings: compression of everything, and `patienceS` seconds
 * (60 unless said, as nginx has it) until it gives an upstream up that says nothing.
 */
export async function startNginx(target: number, patienceS = 60): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-nginx-'))
  const port = await freePort()
  const { cert, key } = makeCertificate(folder, 'proxy')
  const server = snippet('docs/proxies.md', 'nginx', {
    'listen 443 ssl http2': `listen 127.0.0.1:${port} ssl http2`,
    '/etc/ssl/rivulet/cert.pem': cert,
    '/etc/ssl/rivulet/key.pem': key,
    '127.0.0.1:8080': `127.0.0.1:${target}`,
  })
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; ${user} pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 768; }
     http { access_log off; ${folders.join(' ')}
     gzip on; gzip_proxied any; gzip_types *; gzip_min_length 0; proxy_read_timeout ${patienceS}s;
     ${server} }`,
  )
  const args = ['-p', folder, '-e', `${folder}/error.log`, '-c', file]
  return { ...(await startListener('/usr/sbin/nginx', args, folder, port)), secure: true }
}

/** Caddy with the documented configuration; it waits for an upstream for ever. */
export async function startCaddy(target: number): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-caddy-'))
  const port = await freePort()
  const site = snippet('docs/proxies.md', 'caddy', {
    'rivulet.example.org {': `http://rivulet.example.org:${port} {\n    bind 127.0.0.1`,
    '127.0.0.1:8080': `127.0.0.1:${target}`,
  })
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n    admin off\n    auto_https off\n}\n${site}`)
  const args = ['run', '--config', file, '--adapter', 'caddyfile']
  return { ...(await startListener('caddy', args, folder, port)), secure: false }
}
