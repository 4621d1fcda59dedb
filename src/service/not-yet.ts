// Owns NotYet: GitHub took something and is not done with it, which is no failure and no answer either.
export class NotYet extends Error {
  override readonly name = 'NotYet'
  readonly waitMs: number
  /** `waitMs`: when asking again is worth a call. */
  constructor(because: string, waitMs: number) {
    super(because)
    this.waitMs = waitMs
  }
}
