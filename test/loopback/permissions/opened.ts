// Owns which operations a set of permissions leaves closed, by the table: what an App or a job asks for is held against it.
import { permissionOf } from './table.ts'

export type Held = Readonly<Partial<Record<string, string>>>

export function allows(held: Held, name: string, level: string): boolean {
  return held[name] === 'write' || held[name] === level
}

/** The operations, by id, that an installation token or job token with these permissions may not call. */
export function closedTo(held: Held, operations: readonly string[]): string[] {
  return operations.filter((id) => {
    const { app } = permissionOf(id)
    if (app === 'jwt' || app === 'none') return false
    if (app === 'never') return true
    return 'anyOf' in app
      ? !app.anyOf.some((one) => allows(held, one.permission, one.level))
      : !app.allOf.every((one) => allows(held, one.permission, one.level))
  })
}

/** Permissions without which, or with less of which, each operation could be called as well. */
export function unneeded(held: Held, closed: (less: Held) => readonly string[]): string[] {
  return Object.entries(held).flatMap(([name, level]) => {
    // GitHub gives it to every App
    if (name === 'metadata') return []
    const without = { ...held, [name]: undefined }
    if (closed(without).length === 0) return [name]
    const lowered = { ...held, [name]: 'read' }
    return level === 'write' && closed(lowered).length === 0 ? [`${name}: write`] : []
  })
}
