/** Every failure of a client that waiting does not heal. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  /** HTTP status; 0 where there was no answer. */
  readonly status: number
  /** What to do about it, where the gateway said so. */
  readonly hint: string

  constructor(message: string, status: number, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.hint = hint
  }
}

/** How requests reach the gateway. */
export interface Connection {
  /** `http://host:port`, with or without a path that a reverse proxy adds. */
  readonly url: string
  readonly token?: string | undefined
  /** Another transport, such as `socketFetch(path)`; the global `fetch` unless said. */
  readonly fetch?: typeof fetch
}

export interface RequestOptions {
  readonly method?: string
  readonly query?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Sends one request. Resolves with whatever was answered; rejects only where nothing was. */
export async function send(connection: Connection, path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', query, headers, body, signal } = options
  const base = connection.url.replace(/\/+$/, '')
  const search = query && query.size > 0 ? `?${query}` : ''
  return (connection.fetch ?? fetch)(`${base}${path}${search}`, {
    method,
    headers: {
      ...(connection.token && { authorization: `Bearer ${connection.token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
}

/** An answer read as JSON; undefined where it has no body. */
export interface JsonAnswer {
  readonly value: unknown
  readonly headers: Headers
}

/**
 * Sends one request and reads its answer as JSON.
 * @throws ClientError with the gateway's own words where it refuses, and with status 0 where it does not answer.
 */
export async function requestJson(
  connection: Connection,
  path: string,
  options: RequestOptions = {},
): Promise<JsonAnswer> {
  const response = await answerOf(connection, path, options)
  const text = await response.text()
  try {
    return { value: text === '' ? undefined : JSON.parse(text), headers: response.headers }
  } catch (error) {
    throw new ClientError(`${connection.url} answers, but is no Rivulet gateway`, response.status, '', { cause: error })
  }
}

/**
 * Sends one request and returns an answer that is not a refusal, its body still to be read.
 * @throws ClientError as `requestJson` does.
 */
export async function answerOf(connection: Connection, path: string, options: RequestOptions = {}): Promise<Response> {
  let response: Response
  try {
    response = await send(connection, path, options)
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ClientError(`no gateway answers at ${connection.url} (${reasonOf(error)})`, 0, '', { cause: error })
  }
  if (!response.ok) throw await refusal(response)
  return response
}

/** An answer that is not 2xx as an error, with the title and detail of its problem details (RFC 9457 §3.1). */
export async function refusal(response: Response): Promise<ClientError> {
  const text = await response.text().catch(() => '')
  let problem: { title?: unknown; detail?: unknown; hint?: unknown } = {}
  try {
    problem = Object(JSON.parse(text))
  } catch {
    // A proxy answered with a page of its own: the status is all there is to say.
  }
  const said = [problem.detail, problem.title].find((part) => typeof part === 'string' && part !== '')
  const message = said ?? `the gateway answered ${response.status} ${response.statusText}`
  return new ClientError(String(message).trim(), response.status, typeof problem.hint === 'string' ? problem.hint : '')
}

/** Why a fetch failed, in a word: Node keeps it in the cause. */
export function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  const own = error as { code?: string; message?: string }
  return cause?.code ?? cause?.message ?? own.code ?? own.message ?? 'failed'
}
