import { Command, InvalidArgumentError, Option } from 'commander'
import { version } from '../package.ts'
import { complain } from './failure.ts'

/**
 * Every command with its flags and an example: the whole surface on one page. What a command does is in the file of its
 * name, loaded only when it runs, so that `rivulet --help` does not wait for a database.
 */
export function createProgram(): Command {
  const program = new Command('rivulet')
    .description('A sensor gateway that never loses a reading: MQTT and serial in, a durable log, event streams out.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(plainWords(text)) })
    .addHelpText('after', '\nExample:\n  $ rivulet start\n  $ rivulet start --help')

  addRunning(program)
  addReading(program)
  addDecoding(program)
  addTokens(program)
  addUsers(program)
  addCopies(program)
  return program
}

function addRunning(program: Command): void {
  program
    .command('start')
    .description('run the gateway')
    .option('--config <file>', 'configuration (rivulet.yaml here, if there is one)')
    .option('--data <folder>', 'where the database is (./data)')
    .option('--http <host:port>', 'where the page and the API listen (127.0.0.1:8080)')
    .option('--mqtt <host:port|off>', 'where the embedded MQTT broker listens (127.0.0.1:1883)')
    .option('--serial <port[:profile]>', 'read a serial port; may be repeated', collect)
    .option('--lan', 'let other machines in: listen on all addresses, and make a token and a broker user on first use')
    .option('--demo', 'add a few simulated sensors, over real MQTT and a real pseudo-terminal')
    .addHelpText('after', example('start --serial /dev/ttyUSB0:sds011 --lan'))
    .action(async (options) => (await import('./start.ts')).start(options))

  program
    .command('check')
    .description('validate the configuration and your own profiles, or the database: every problem, and what to do')
    .argument('[file]', 'configuration (rivulet.yaml here, if there is one)')
    .option('--schema', 'print the JSON Schema of the configuration, for editors')
    .option('--data <folder>', 'look over the database there instead: what is damaged, and what can be saved')
    .option('--salvage <file>', 'and write all that can be saved into a new file, for `rivulet restore`')
    .addHelpText('after', example('check /etc/rivulet/rivulet.yaml'))
    .action(async (file, options) => {
      if (!(await (await import('./check.ts')).check(file, options))) process.exitCode = 1
    })

  program
    .command('doctor')
    .description('look over an installation: configuration, clock, disk, data folder, inputs; and what to do')
    .option('--config <file>', 'configuration (rivulet.yaml here, if there is one)')
    .option('--data <folder>', 'where the database is (./data)')
    .addHelpText('after', example('doctor --config /etc/rivulet/rivulet.yaml'))
    .action(async (options) => {
      if (!(await (await import('./doctor/doctor.ts')).doctor(options))) process.exitCode = 1
    })

  program
    .command('ports')
    .description('list serial ports with their stable names, and the lines that would add them')
    .addHelpText('after', example('ports'))
    .action(async () => (await import('./ports.ts')).ports())
}

function addReading(program: Command): void {
  reachable(
    program
      .command('devices')
      .description('list the devices seen, with their last readings')
      .option('--json', 'one JSON object a line'),
  )
    .addHelpText('after', example('devices --url http://raspberrypi.local:8080'))
    .action(async (options) => (await import('./devices.ts')).devices(options))

  reachable(
    selecting(program.command('tail'))
      .description('show readings as they come in')
      .option('--every <time>', 'at most one line a series in this time, such as 10s, with figures of all')
      .option('--deadband <width>', 'only changes of at least this much, in the unit of each series', amount)
      .addOption(new Option('--after <id>', 'begin behind this reading').conflicts(['since', 'last']))
      .addOption(new Option('--since <time>', 'begin at this time: RFC 3339, or an age such as 10m').conflicts('last'))
      .addOption(new Option('--last <n>', 'begin with the last n readings of each series').argParser(count(0, 100_000)))
      .option('--json', 'one JSON object a line'),
  )
    .addHelpText('after', example("tail 'z2m:*' --metric temperature --last 5"))
    .action(async (devices, options) => (await import('./tail.ts')).tail(devices, options))

  reachable(
    selecting(program.command('export'))
      .description('write stored readings to standard output')
      .option('--from <time>', 'from this time on: RFC 3339, or an age such as 7d')
      .option('--to <time>', 'before this time')
      .addOption(
        new Option('--format <format>', 'how they are written').choices(['csv', 'ndjson']).default('csv', 'csv'),
      ),
  )
    .addHelpText('after', example('export z2m:attic --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z > attic.csv'))
    .action(async (devices, options) => (await import('./export.ts')).exportReadings(devices, options))
}

function addDecoding(program: Command): void {
  program
    .command('decode')
    .description('show what a payload on standard input means, or why it means nothing; for writing profiles')
    .addOption(new Option('--topic <topic>', 'decode as an MQTT message on this topic').conflicts('profile'))
    .option('--profile <profile>', 'decode as bytes from a serial port with this profile')
    .option('--hex', 'the input is written in hexadecimal')
    .option('--config <file>', 'configuration that names the folder with your own profiles')
    .addOption(
      new Option('--cases <file>', 'decode a JSON array of cases, one line of JSON each').conflicts([
        'topic',
        'profile',
        'hex',
      ]),
    )
    .addHelpText('after', example(`decode --topic zigbee2mqtt/attic <<< '{"temperature":21.5}'`))
    .action(async (options) => (await import('./decode.ts')).decode(options))
}

function addTokens(program: Command): void {
  const token = program
    .command('token')
    .description('make, list and revoke the tokens that let people and programs in')
    .helpCommand(false)
  token.addHelpText('after', example("token create --read 'z2m:*' --expires 90d"))
  reachable(
    token
      .command('create')
      .description('make a token and print it: it is shown only now')
      .option('--name <name>', 'what it is for')
      .option('--read <glob>', 'may read these devices; may be repeated; all unless said', collect)
      .option('--admin', 'may change things as well')
      .option('--expires <age>', 'is void after this time, such as 90d'),
  )
    .addHelpText('after', example("token create --read 'z2m:*' --expires 90d"))
    .action(async (options) => (await import('./token.ts')).createToken(options))
  reachable(token.command('list'))
    .description('list tokens')
    .addHelpText('after', example('token list'))
    .action(async (options) => (await import('./token.ts')).listTokens(options))
  reachable(token.command('revoke'))
    .description('make a token void')
    .argument('<id>', 'as `rivulet token list` shows it')
    .addHelpText('after', example('token revoke k3f9ab'))
    .action(async (id, options) => (await import('./token.ts')).revokeToken(id, options))
}

function addUsers(program: Command): void {
  const user = program
    .command('user')
    .description('add, change and remove users of the embedded MQTT broker')
    .helpCommand(false)
  user.addHelpText('after', example('user add kitchen'))
  reachable(user.command('add'))
    .description('add a user; the password is asked for, or read from standard input')
    .argument('<name>')
    .addHelpText('after', example('user add kitchen'))
    .action(async (name, options) => (await import('./user.ts')).addUser(name, options))
  reachable(user.command('passwd'))
    .description("change a user's password")
    .argument('<name>')
    .addHelpText('after', example('user passwd kitchen < password.txt'))
    .action(async (name, options) => (await import('./user.ts')).changePassword(name, options))
  reachable(user.command('remove'))
    .description('remove a user')
    .argument('<name>')
    .addHelpText('after', example('user remove kitchen'))
    .action(async (name, options) => (await import('./user.ts')).removeUser(name, options))
  reachable(user.command('list'))
    .description('list users')
    .addHelpText('after', example('user list'))
    .action(async (options) => (await import('./user.ts')).listUsers(options))

  user
    .command('hash')
    .description('print the hash of a password, for mqtt.users in the configuration')
    .addHelpText('after', example('user hash'))
    .action(async () => (await import('./user.ts')).printHash())
}

function addCopies(program: Command): void {
  reachable(program.command('backup'))
    .description('write a consistent copy of the database into a new file, while the gateway runs')
    .argument('<file>')
    .addHelpText('after', example('backup rivulet-backup.db'))
    .action(async (file, options) => (await import('./backup.ts')).backup(file, options))
  program
    .command('restore')
    .description('put a backup in the place of the database; the gateway must not run')
    .argument('<file>')
    .option('--config <file>', 'configuration that names the data folder')
    .option('--data <folder>', 'where the database is (./data)')
    .addHelpText('after', example('restore rivulet-backup.db'))
    .action(async (file, options) => (await import('./restore.ts')).restore(file, options))
}

/** The flags that say which gateway is meant. */
function reachable(command: Command): Command {
  return command
    .option('--url <url>', 'a gateway elsewhere (RIVULET_URL), with a token in RIVULET_TOKEN')
    .option('--config <file>', 'configuration that names the data folder of a gateway on this machine')
    .option('--data <folder>', 'data folder of a gateway on this machine (./data)')
}

/** What says which readings are meant. */
function selecting(command: Command): Command {
  return command
    .argument('[device...]', "only these devices; * stands for any characters, as in 'z2m:*'")
    .option('--metric <metric>', 'only this metric; may be repeated', collect)
    .option('--channel <channel>', 'only this channel; may be repeated', collect)
    .option('--tag <tag>', 'only devices tagged so: floor:1, or floor for any value; may be repeated', collect)
}

function example(line: string): string {
  return `\nExample:\n  $ rivulet ${line}`
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
  }
}

function amount(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('Write a number above 0, such as 0.5.')
}

/** Commander's words in one line: `error: …\n(Did you mean --http?)`. */
function plainWords(text: string): string {
  const words = text.replace(/^error: /, '').replace(/\(Did you mean (.*)\?\)/s, 'did you mean $1?')
  if (/^unknown (command|option) '[^']*'\s*$/.test(words)) return `${words.trim()}; --help lists those there are`
  const isOfNumber = /^(too many arguments|missing required argument)/.test(words)
  return isOfNumber ? `${words.trim().replace(/\.$/, '')}; --help shows what it takes` : words
}
