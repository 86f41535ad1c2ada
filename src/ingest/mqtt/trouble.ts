import { GatewayError } from '../../errors.ts'
import type { Trouble, TroubleKind } from '../input.ts'
import type { Ending } from './connection.ts'
import type { Endpoint } from './transport.ts'

/** A session that another client takes over ends this soon after the broker had accepted it. */
const briefMs = 10_000

/** So many brief connections in a row are no accident any more. */
const briefInARow = 3

/** What is known besides the ending itself. */
export interface Circumstances {
  readonly endpoint: Endpoint
  readonly clientId: string
  readonly username?: string | undefined
  /** Connections in a row, this one included, that the broker had accepted and that ended soon. */
  readonly brief: number
}

export function isBrief(ending: Ending): boolean {
  return ending.upMs !== undefined && ending.upMs < briefMs
}

/** Why there is no connection, and what to do. */
export function explain(ending: Ending, circumstances: Circumstances): Trouble {
  const { endpoint, clientId, brief } = circumstances
  const { reason, error } = ending
  const taken = `another client uses the client id "${clientId}"; give each gateway a clientId of its own`
  if (reason === 142) return { kind: 'taken_over', detail: taken }
  if (reason !== undefined) return explainReason(reason, circumstances)
  if (error instanceof GatewayError) return { kind: 'other', detail: `${error.message}; ${error.hint}` }
  const at = `${endpoint.host}:${endpoint.port}`
  if (error && 'code' in error && typeof error.code === 'string') return explainCode(error.code, error.message, at)
  if (brief >= briefInARow)
    return {
      kind: 'taken_over',
      detail: `the broker accepts the connection and soon closes it again: perhaps ${taken}`,
    }
  if (ending.upMs !== undefined)
    return { kind: 'lost', detail: error ? `connection lost: ${error.message}` : 'the broker closed the connection' }
  const detail = error
    ? `${at} does not answer as an MQTT broker does (${error.message}); check host and port`
    : `${at} closed the connection without an answer; check that it is an MQTT port (mqtts for TLS)`
  return { kind: 'protocol', detail }
}

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3) and reason codes (MQTT 5 §2.4). */
function explainReason(reason: number, circumstances: Circumstances): Trouble {
  const kind = reason === 1 || reason === 132 ? 'protocol' : reason === 139 ? 'lost' : 'refused'
  return { kind, detail: refusal(reason, circumstances) }
}

function refusal(reason: number, { clientId, username }: Circumstances): string {
  switch (reason) {
    case 1:
    case 132:
      return 'the broker speaks neither MQTT 5 nor 3.1.1'
    case 2:
    case 133:
      return `the broker does not accept the client id "${clientId}"; choose another clientId`
    case 4:
    case 5:
    case 134:
    case 135:
    case 140:
      return username === undefined
        ? 'the broker wants a user name and password; set username and passwordFile of this broker'
        : `the broker refuses user "${username}": wrong user name or password; check username and passwordFile`
    case 3:
    case 136:
    case 137:
      return 'the broker is not ready for clients'
    case 139:
      return 'the broker is shutting down'
    default:
      return `the broker ended the connection with reason code ${reason} (MQTT 5 §2.4)`
  }
}

/** Error codes of sockets and TLS. */
function explainCode(code: string, message: string, at: string): Trouble {
  const [kind, detail] = whatHappened(code, message, at)
  return { kind, detail }
}

function whatHappened(code: string, message: string, at: string): [TroubleKind, string] {
  switch (code) {
    case 'ECONNREFUSED':
      return ['unreachable', `nothing listens on ${at}; is the broker running?`]
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['unreachable', `no address is known for the host of ${at}; check its name and the network`]
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['unreachable', `${at} cannot be reached; check the network`]
    case 'ECONNRESET':
    case 'EPIPE':
      return ['lost', `${at} cut the connection`]
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return ['tls', `the certificate of ${at} is for another name: ${message}`]
    case 'CERT_HAS_EXPIRED':
      return ['tls', `the certificate of ${at} has expired`]
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return ['tls', `the certificate of ${at} is not from a known authority; name its authority's PEM file as caFile`]
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return ['tls', `${at} does not speak TLS; use mqtt:// or ws://, or the broker's TLS port`]
    default:
      return ['other', `${at}: ${message}`]
  }
}
