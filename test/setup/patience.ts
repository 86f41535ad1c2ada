/**
 * How long a test waits for what is to happen. It costs nothing where that happens, so it is more than the longest that the gateway
 * itself waits between two attempts to connect, half a minute, and a machine that is busy with other things adds the rest.
 */
export const patienceMs = 45_000
