import { createHub } from './hub.ts'
import { followStream } from './stream.ts'

const hub = createHub((listener) => followStream('/api/stream', listener))
const scope = self as unknown as SharedWorkerGlobalScope

scope.onconnect = ({ ports }) => hub.join(ports[0]!)
