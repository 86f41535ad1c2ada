import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  const port = await freePort()
  const certificates = mkdtempSync(join(tmpdir(), 'rivulet-nginx-'))
  const { cert, key } = makeCertificate(certificates, 'proxy')
  const server = snippet('docs/proxies.md', 'nginx', {
    'listen 443 ssl http2': `listen 127.0.0.1:${port} ssl http2`,
    '/etc/ssl/rivulet/cert.pem': cert,
    '/etc/ssl/rivulet/key.pem': key,
    '127.0.0.1:8080': `127.0.0.1:${target}`,
  })
  const compression = 'gzip on; gzip_proxied any; gzip_types *; gzip_min_length 0;'
  const nginx = await runNginx(`${compression} proxy_read_timeout ${patienceS}s; ${server}`, port)
  const stop = async () => {
    await nginx.stop()
    rmSync(certificates, { recursive: true, force: true })
  }
  return { port, stop, secure: true }
}

/** nginx as it is set up in a hurry: HTTP/1.1 and the Host of whoever asks, and no word of whom it speaks for. */
export async function startSilentNginx(target: number): Promise<ReverseProxy> {
  const port = await freePort()
  const pass = `proxy_pass http://127.0.0.1:${target}; proxy_http_version 1.1; proxy_set_header Host $http_host;`
  const server = `server { listen 127.0.0.1:${port}; location / { ${pass} proxy_set_header Connection ""; } }`
  return { ...(await runNginx(server, port)), secure: false }
}

async function runNginx(http: string, port: number): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-nginx-'))
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; ${user} pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 768; }
     http { access_log off; ${folders.join(' ')} ${http} }`,
  )
  const args = ['-p', folder, '-e', `${folder}/error.log`, '-c', file]
  return startListener('/usr/sbin/nginx', args, folder, port)
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
