import { z } from 'zod'
import { historyParameters } from './history.ts'
import { formats } from './reading-text.ts'
import { readingsParameters } from './readings.ts'
import { rejectedParameters } from './rejected.ts'
import type { Route } from './route.ts'
import { deviceStreamParameters, streamParameters } from './selection.ts'
import * as shapes from './shapes.ts'

interface Operation {
  readonly summary: string
  /** Query parameters by name; described below. */
  readonly query?: readonly string[]
  readonly body?: z.ZodType
  /** By status; a schema for JSON, a media type for anything else, a list where the request chooses, null for nothing. */
  readonly answers: Readonly<Record<string, Content | readonly Content[] | null>>
  /** Headers that say something about an answer; described below. */
  readonly headers?: readonly (keyof typeof headers)[]
}

type Content = z.ZodType | string

/** Every operation, by method and path. A test holds this against the routes. */
const operations: Readonly<Record<string, Operation>> = {
  'GET /api/devices': { summary: 'All devices with their last values', answers: { 200: z.array(shapes.deviceShape) } },
  'GET /api/devices/:id': { summary: 'One device', answers: { 200: shapes.deviceShape }, headers: ['allow'] },
  'PATCH /api/devices/:id': {
    summary: 'Name, tag or hide a device',
    body: shapes.labelBody,
    answers: { 200: shapes.deviceShape },
  },
  'DELETE /api/devices/:id': { summary: 'Forget a device until it is heard again', answers: { 204: null } },
  'GET /api/devices/:id/stream': {
    summary: 'Event stream of one device',
    query: deviceStreamParameters,
    answers: { 200: 'text/event-stream' },
  },
  'GET /api/stream': { summary: 'Event stream', query: streamParameters, answers: { 200: 'text/event-stream' } },
  'GET /api/readings': {
    summary: 'Stored readings in the order of the log, paged',
    query: readingsParameters,
    answers: { 200: [shapes.readingsShape, formats.ndjson, formats.csv] },
    headers: ['link', 'rivulet-next', 'rivulet-gap'],
  },
  'GET /api/history': {
    summary: 'What charts are drawn from: readings summed up by equal stretches of time, changes of switches and words',
    query: historyParameters,
    answers: { 200: shapes.historyShape },
  },
  'GET /api/rejected': {
    summary: 'What could not be decoded, newest first',
    query: rejectedParameters,
    answers: { 200: z.array(shapes.rejectedShape) },
  },
  'GET /api/tokens': { summary: 'Tokens', answers: { 200: z.array(shapes.tokenShape) } },
  'POST /api/tokens': { summary: 'Make a token', body: shapes.tokenBody, answers: { 201: shapes.newTokenShape } },
  'DELETE /api/tokens/:id': { summary: 'Revoke a token', answers: { 204: null } },
  'GET /api/users': { summary: 'Users of the embedded broker', answers: { 200: z.array(shapes.userShape) } },
  'POST /api/users': { summary: 'Add a user', body: shapes.userBody, answers: { 201: shapes.userShape } },
  'PUT /api/users/:name': { summary: 'Change a password', body: shapes.passwordBody, answers: { 204: null } },
  'DELETE /api/users/:name': { summary: 'Remove a user', answers: { 204: null } },
  'POST /api/backup': { summary: 'A consistent copy of the database', answers: { 200: 'application/vnd.sqlite3' } },
  'GET /api/ports': {
    summary: 'Serial ports of the machine, and the lines that would add them',
    answers: { 200: z.array(shapes.portShape) },
  },
  'GET /healthz': { summary: 'The process answers', answers: { 200: shapes.healthShape } },
  'GET /readyz': {
    summary: 'Whether the log takes readings, and how each input is doing',
    answers: { 200: shapes.readyShape, 503: shapes.readyShape },
  },
  'GET /metrics': { summary: 'Prometheus metrics', answers: { 200: 'text/plain' } },
  'GET /api/openapi.json': { summary: 'This description', answers: { 200: z.looseObject({}) } },
}

const integer = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum })
const globs = { type: 'array', items: { type: 'string' } }
const span = { type: 'string', examples: ['1s', '10m'] }
const time = { type: 'string', examples: ['2026-11-22T10:00:00Z', '10m'] }

const parameters: Readonly<Record<string, { readonly description: string; readonly schema: object }>> = {
  device: { description: 'Only devices that match; `*` stands for any characters', schema: globs },
  metric: { description: 'Only metrics that match', schema: globs },
  channel: { description: 'Only channels that match; empty for none', schema: globs },
  tag: { description: 'Only devices tagged so: `floor:1`, or `floor` for any value', schema: globs },
  every: { description: 'At most one event a series in this time: the last, with min, max, mean, count', schema: span },
  deadband: { description: 'Only changes of at least this much', schema: { type: 'number', exclusiveMinimum: 0 } },
  after: { description: 'Begin after this position: an id or a sequence number', schema: { type: 'string' } },
  since: { description: 'Begin at the first reading that is not older', schema: time },
  last: { description: 'Begin with at least this many readings of every series', schema: integer(0, 100_000) },
  from: { description: 'Only readings of this time or later', schema: time },
  to: { description: 'Only readings before this time', schema: time },
  points: { description: 'The most buckets wanted of each series', schema: integer(1, 5000) },
  limit: {
    description: 'The most entries in one answer; `all` for readings as NDJSON or CSV',
    schema: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'all' }] },
  },
  format: { description: 'Instead of Accept', schema: { type: 'string', enum: ['json', 'ndjson', 'csv'] } },
  before: { description: 'Only entries older than the one with this id', schema: { type: 'integer', minimum: 1 } },
}

const headers = {
  allow: 'What the caller may do with it',
  link: 'The next page, as `rel="next"`, while there is more to search',
  'rivulet-next': 'Of NDJSON and CSV: the position up to which the log was searched',
  'rivulet-gap': 'Of NDJSON and CSV: what is missing, as `gap` says in JSON',
} as const

/** The description of the API (OpenAPI 3.1). */
export function describeApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, path, need } of routes) {
    const operation = operations[`${method} ${path}`]
    if (!operation) continue
    const template = templateOf(path)
    paths[template] = { ...paths[template], [method.toLowerCase()]: describe(path, need, operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Rivulet', version, description: 'A sensor gateway. PROTOCOL.md says what its streams promise.' },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Reading: schema(shapes.readingShape),
        Gap: schema(shapes.gapShape),
        Problem: schema(shapes.problemShape),
      },
    },
  }
}

/** `/api/devices/:id` as OpenAPI writes it: `/api/devices/{id}`. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function describe(path: string, need: Route['need'], operation: Operation): object {
  const { summary, query = [], body, answers } = operation
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = query.map((name) => ({ name, in: 'query', ...parameters[name] }))
  return {
    summary: need === 'admin' ? `${summary} (admin)` : summary,
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schema(body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, operation.headers)]),
      ),
      default: {
        description: 'What is wrong, and what to do (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    ...(need !== 'none' && { security: [{}, { token: [] }] }),
  }
}

function describeAnswer(answer: Operation['answers'][string], names: Operation['headers'] = []): object {
  if (answer === null) return { description: 'Done' }
  const inHeaders = names.map((name) => [name, { description: headers[name], schema: { type: 'string' } }])
  return {
    description: 'Done',
    ...(names.length > 0 && { headers: Object.fromEntries(inHeaders) }),
    content: Object.fromEntries([answer].flat().map(describeContent)),
  }
}

function describeContent(content: Content): [type: string, described: object] {
  if (typeof content === 'string') return [content, { schema: { type: 'string' } }]
  return ['application/json', { schema: schema(content) }]
}

/** Answers may have new fields in a later version (PROTOCOL.md): a client made from this must not refuse them. */
function schema(shape: z.ZodType, io: 'input' | 'output' = 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(shape, {
    io,
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return rest
}
