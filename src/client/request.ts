/** Every failure of a client that waiting does not heal. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  /** HTTP status; 0 where there was no answer, or nothing could be asked. */
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

/**
 * Sends one request. Resolves with whatever was answered; rejects where nothing was.
 * @throws ClientError with status 0 for a URL or a token of which no request can be made: waiting does not mend them
 */
export async function send(connection: Connection, path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', query, headers, body, signal } = options
  const base = connection.url.replace(/\/+$/, '')
  const search = query && query.size > 0 ? `?${query}` : ''
  const all = {
    ...(connection.token && { authorization: `Bearer ${connection.token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  }
  checkUrl(connection.url)
  checkHeaders(all)
  return (connection.fetch ?? fetch)(`${base}${path}${search}`, {
    method,
    headers: all,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
}

/** `raspberrypi:8080` is a URL too, of the scheme `raspberrypi:`, and fetch fails with it as if nobody answered. */
function checkUrl(url: string): void {
  let scheme = ''
  try {
    // In a browser the address may be a path on the page's own server.
    scheme = new URL(url, (globalThis as { location?: { href: string } }).location?.href).protocol
  } catch {
    // Said below.
  }
  if (scheme === 'http:' || scheme === 'https:') return
  throw new ClientError(
    `${JSON.stringify(url)} is no URL of a gateway`,
    0,
    'write one such as http://raspberrypi.local:8080',
  )
}

/** Whatever fetch would refuse to send: its own message quotes none of it, which may be a secret. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  try {
    new Headers(headers)
  } catch (error) {
    const hint = 'a token begins with rvl_, and has letters, digits, - and _ only'
    throw new ClientError('the token or the position holds a character that no header can', 0, hint, { cause: error })
  }
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
  const text = await response.text().catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    throw noAnswer(connection, error)
  })
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
    if (options.signal?.aborted || error instanceof ClientError) throw error
    throw noAnswer(connection, error)
  }
  if (!response.ok) throw await refusal(response)
  return response
}

function noAnswer({ url }: Connection, error: unknown): ClientError {
  return new ClientError(`no gateway answers at ${url} (${reasonOf(error)})`, 0, '', { cause: error })
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
