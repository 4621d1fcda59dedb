// Owns the list of stand-ins; the README says of each how it differs from the real action.
import { cache, cacheRestore, cacheSave } from './cache.ts'
import { checkout } from './checkout.ts'
import { downloadArtifact } from './download-artifact.ts'
import { setupNode } from './setup-node.ts'
import type { StandIn } from './stand-in.ts'
import { uploadArtifact } from './upload-artifact.ts'

export const STAND_INS: readonly StandIn[] = [
  checkout,
  uploadArtifact,
  downloadArtifact,
  setupNode,
  cache,
  cacheRestore,
  cacheSave,
]
