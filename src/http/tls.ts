import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { GatewayError } from '../errors.ts'

/** Where the certificate is: PEM files. */
export interface TlsFiles {
  /** Certificate chain, the gateway's own first. */
  readonly cert: string
  readonly key: string
}

export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
}

/**
 * Reads a certificate and its key, and checks that they can be used.
 * @throws GatewayError `config` that names the file and what is wrong with it
 */
export function readCertificate(files: TlsFiles): Certificate {
  const cert = read(files.cert)
  const key = read(files.key)
  const first = parsed(files.cert, 'no PEM certificate', () => new X509Certificate(cert))
  const secret = parsed(files.key, 'no PEM private key without a passphrase', () => createPrivateKey(key))
  if (!first.checkPrivateKey(secret))
    throw new GatewayError(
      'config',
      `the key in ${files.key} does not belong to the certificate in ${files.cert}`,
      "give the key with which the certificate was made; a chain begins with the gateway's own certificate",
    )
  parsed(files.cert, 'a certificate that TLS does not take', () => createSecureContext({ cert, key }))
  return { cert, key }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new GatewayError('config', `cannot read ${file} (${code})`, 'create it, or let this user read it')
  }
}

function parsed<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new GatewayError('config', `${file} holds ${what} (${(error as Error).message})`, 'give PEM files')
  }
}
