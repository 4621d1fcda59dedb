// Owns `repository_dispatch`: an event that anybody with write makes, for Apps and workflows.
import { unprocessable } from '../server/api-error.ts'
import type { Operations } from '../server/call.ts'
import { emit, noContent } from '../server/call.ts'

/** Source: docs.github.com/rest/repos/repos#create-a-repository-dispatch-event. */
const MOST_TYPE = 100
const MOST_KEYS = 10
const MOST_BYTES = 65_535

export const dispatchOperations: Operations = {
  'repos/create-dispatch-event': (call) => {
    const { event_type: type, client_payload: payload } = call.body
    if (type.trim() === '' || type.length > MOST_TYPE) {
      throw unprocessable(`event_type must have 1 to ${MOST_TYPE} characters`)
    }
    if (payload !== undefined && Object.keys(payload).length > MOST_KEYS) {
      throw unprocessable(`No more than ${MOST_KEYS} properties are allowed in client_payload.`)
    }
    if (Buffer.byteLength(JSON.stringify(payload ?? null)) > MOST_BYTES) {
      throw unprocessable('client_payload is too large.')
    }
    const { defaultBranch } = call.repository
    emit(call, 'repository_dispatch', type, { branch: defaultBranch, client_payload: payload ?? null })
    return noContent()
  },
}
