// Owns refusals of the loopback GitHub in GitHub's own form; a handler throws one, the pipeline sends it.

export interface FieldProblem {
  readonly resource: string
  readonly code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom'
  readonly field?: string
  readonly message?: string
  readonly value?: string
}

export class ApiError extends Error {
  readonly status: number
  readonly errors: readonly (FieldProblem | string)[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    options: {
      errors?: readonly (FieldProblem | string)[]
      headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.errors = options.errors
    this.headers = options.headers ?? {}
  }
}

export const notFound = () => new ApiError(404, 'Not Found')

/** 422 `Validation Failed` about one field. */
export function invalid(
  resource: string,
  field: string,
  code: FieldProblem['code'],
  message?: string,
): ApiError {
  const problem = { resource, field, code, ...(message === undefined ? {} : { message }) }
  return new ApiError(422, 'Validation Failed', { errors: [problem] })
}

/** 422 with a sentence of its own, as GitHub gives where no field is at fault. */
export const unprocessable = (message: string, errors?: readonly (FieldProblem | string)[]) =>
  new ApiError(422, message, errors === undefined ? {} : { errors })
