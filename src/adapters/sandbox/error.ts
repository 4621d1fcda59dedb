// Owns SandboxError: the machine failed the sandbox; what the code inside does is never an exception.

export class SandboxError extends Error {
  readonly code: 'workspace' | 'closed' | 'tool'

  constructor(code: SandboxError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SandboxError'
    this.code = code
  }
}
