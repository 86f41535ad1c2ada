import { learnClock } from './clock.ts'

/** An answer that is not the one asked for, in words for a person (RFC 9457: title, detail). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 where no answer came. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Fetches JSON from the gateway. Throws ApiError; an abort passes through as it is. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await get(path, signal)).json() as Promise<T>
}

/** The same, and whether there is another page (RFC 8288, rel=next). */
export async function getPage<T>(path: string, signal?: AbortSignal): Promise<{ body: T; hasNext: boolean }> {
  const response = await get(path, signal)
  return { body: (await response.json()) as T, hasNext: /rel="?next/.test(response.headers.get('link') ?? '') }
}

/** Text as the gateway sends it, the address of the next page, and what `rivulet-gap` says is missing. */
export async function getText(
  path: string,
  signal?: AbortSignal,
): Promise<{ text: string; next: string | undefined; gap: string | null }> {
  const response = await get(path, signal)
  const next = /<([^>]*)>;\s*rel="?next/.exec(response.headers.get('link') ?? '')?.[1]
  return { text: await response.text(), next, gap: response.headers.get('rivulet-gap') }
}

/** The methods that the gateway would take from this browser for a resource (Allow, RFC 9110 §10.2.1). */
export async function allowedMethods(path: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  return new Set((await get(path, signal)).headers.get('allow')?.split(/\s*,\s*/))
}

/** Changes a resource and returns it as it is then. Throws ApiError. */
export async function patchJson<T>(path: string, change: object): Promise<T> {
  const response = await request(path, {
    method: 'PATCH',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })
  if (response.ok) return response.json() as Promise<T>
  throw new ApiError(response.status, await problemText(response))
}

/** Hands the token to the gateway, which answers with a cookie that scripts cannot read. Throws ApiError 401 for a wrong one. */
export async function signIn(token: string): Promise<void> {
  const response = await request(`/?token=${encodeURIComponent(token)}`, { redirect: 'manual', cache: 'no-store' })
  // The right one is answered with a redirect, which is not followed and not shown to scripts (Fetch §4.4).
  if (response.type !== 'opaqueredirect') throw new ApiError(response.status, await problemText(response))
}

async function get(path: string, signal: AbortSignal | undefined): Promise<Response> {
  const response = await request(path, signal ? { signal } : {})
  learnClock(response.headers.get('date'))
  // A gateway that is not ready says why in the same words as one that is.
  if (response.ok || path === '/readyz') return response
  throw new ApiError(response.status, await problemText(response))
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', headers: { accept: 'application/json' }, ...init })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'The gateway does not answer')
  }
}

async function problemText(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { title?: string; detail?: string }
    return problem.detail ?? problem.title ?? `The gateway answered ${response.status}`
  } catch {
    return `The gateway answered ${response.status}`
  }
}
