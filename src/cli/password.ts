import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { GatewayError } from '../errors.ts'

/**
 * A new password: asked for twice at a terminal, without showing it; else the first line of standard input. Never an
 * argument, which everyone on the machine can see.
 * @throws GatewayError `usage` where the two differ or there is none
 */
export async function readPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) return given((await text(process.stdin)).split(/\r?\n/)[0]!)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  // Readline takes Ctrl-C from the terminal and tells nobody else.
  lines.on('SIGINT', () => process.exit(130))
  // Not `question`, which loses what was typed or pasted before it was asked.
  const typed = lines[Symbol.asyncIterator]()
  try {
    const ask = async (prompt: string) => {
      process.stderr.write(prompt)
      const { value = '' } = await typed.next()
      process.stderr.write('\n')
      return value
    }
    const password = given(await ask(`New password for ${name}: `))
    if ((await ask('Once more: ')) !== password)
      throw new GatewayError('usage', 'the two passwords differ', 'try again')
    return password
  } finally {
    lines.close()
  }
}

function given(password: string): string {
  if (password === '') throw new GatewayError('usage', 'no password was given', 'type one, or pipe it in')
  return password
}
