import type Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'

/** `RVLT`: tells our databases from those of other programs (https://sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x52_56_4c_54

/**
 * Each step takes a database from the version of its index to the next one; a step that was released never changes.
 * - `reading` has no index: one on (series, time) costs 39 times the bytes written. `value` has the affinity REAL, so
 *   that whole numbers take a byte or two; text is kept as a BLOB, or `'12'` would become a number.
 * - `state.reserved`: numbers up to here may have been given. `state.floor`: numbers below it were dropped.
 * - `minutes.id` is hour × 2²⁴ + series, `hours.id` day × 2²⁴ + series, both counted from 1970: what is written together
 *   lies together. `rollup` says what they hold, see `Rolled`.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), reserved INTEGER NOT NULL, floor INTEGER NOT NULL);
  INSERT INTO state VALUES (1, 0, 1);
  CREATE TABLE run (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);
  CREATE TABLE series (id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, channel TEXT, unit TEXT);
  CREATE TABLE reading (seq INTEGER PRIMARY KEY, series INTEGER NOT NULL, time INTEGER, value REAL, flags INTEGER NOT NULL);
  CREATE TABLE block (
    id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, minTime INTEGER, maxTime INTEGER,
    written INTEGER NOT NULL, series BLOB NOT NULL
  );
  CREATE TABLE record (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE rejected (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, source TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
    place TEXT NOT NULL, payload BLOB NOT NULL
  );
  `,
  `
  CREATE TABLE minutes (id INTEGER PRIMARY KEY, buckets BLOB NOT NULL);
  CREATE TABLE hours (id INTEGER PRIMARY KEY, buckets BLOB NOT NULL);
  CREATE TABLE rollup (
    id INTEGER PRIMARY KEY CHECK (id = 1), upTo INTEGER NOT NULL, held INTEGER, heldFrom INTEGER NOT NULL,
    folded INTEGER NOT NULL, minutesFloor INTEGER NOT NULL, hoursFloor INTEGER NOT NULL
  );
  INSERT INTO rollup VALUES (1, 0, NULL, 1, -9007199254740991, -9007199254740991, -9007199254740991);
  `,
]

/**
 * Checks that the database is ours and not too new, without changing it.
 * @throws GatewayError `corrupt` for another program's database, `conflict` for one from a newer version.
 */
export function checkOwner(db: Database.Database, steps: readonly string[] = migrations): void {
  const version = versionOf(db)
  const owner = db.pragma('application_id', { simple: true }) as number
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (owner !== applicationId && (owner !== 0 || version !== 0 || tables !== 0))
    throw new GatewayError(
      'corrupt',
      `${db.name} is a database of another program`,
      'move it away, or choose another data folder',
    )
  if (version > steps.length)
    throw new GatewayError(
      'conflict',
      `${db.name} was written by a newer Rivulet (database version ${version}; this one knows ${steps.length})`,
      'install that version or a later one, or choose another data folder',
    )
}

/** Brings the database to the version that this program writes, all steps or none. */
export function migrate(db: Database.Database, steps: readonly string[] = migrations): void {
  if (versionOf(db) === steps.length) return
  db.transaction(() => {
    for (const step of steps.slice(versionOf(db))) db.exec(step)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${steps.length}`)
  }).immediate()
}

function versionOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}
