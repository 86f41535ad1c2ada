import { salvage } from '../log/salvage/salvage.ts'
import type { Lost, Survey } from '../log/salvage/survey.ts'
import { note, paint, print } from './terminal.ts'

/**
 * `rivulet check --data`: what is wrong with a database and what of it can be saved, or that it is whole. With `into` all that can
 * be saved is written there. Resolves to whether there is nothing left to do.
 */
export async function checkData(folder: string, into?: string): Promise<boolean> {
  const survey = salvage(folder, into)
  const isWhole = survey.problems.length === 0 && survey.lost === null
  await print(`the database in ${folder}: ${isWhole ? paint('green', 'ok') : paint('red', 'damaged')}`)
  for (const problem of survey.problems) await print(`  ${problem}`)
  for (const line of savedLines(survey)) await print(`  ${line}`)
  if (into !== undefined)
    note(`saved in ${into}; put it in the place of the database with: rivulet restore ${into} --data ${folder}`)
  else if (!isWhole) note(`save the rest with: rivulet check --data ${folder} --salvage FILE`)
  return isWhole || into !== undefined
}

function savedLines({ rows, lost }: Survey): string[] {
  const { reading, series, record, rejected } = rows
  return [
    `${reading} readings of ${series} series, ${record} records (tokens, users, devices), ${rejected} rejected messages${lost ? ' can be saved' : ''}`,
    ...(lost ? [lostLine(lost)] : []),
  ]
}

function lostLine({ readings, from, to, since, until }: Lost): string {
  const time = (ms: number) => new Date(ms).toISOString().slice(0, 19)
  return `${readings} readings are lost, of the numbers ${from} to ${to}, measured from ${time(since)} to ${time(until)} UTC`
}
