import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

it('Node.js is run with the same bounds on memory by the command, npm start and the service', () => {
  const [, variable, flags] = /^#!\/usr\/bin\/env -S (\S+) node (.+)\n/.exec(read('src/cli/rivulet.ts'))!
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  expect(scripts.start).toBe(`${variable} node ${flags} dist/src/cli/rivulet.js start`)
  const unit = read('systemd/rivulet.service').split('\n')
  expect(unit).toContain(`Environment=${variable}`)
  expect(unit).toContainEqual(expect.stringMatching(new RegExp(`^ExecStart=/usr/bin/node ${flags} /opt/`)))
})
