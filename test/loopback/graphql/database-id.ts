// Owns how a record's id looks in GraphQL, whose integers have 32 bits.

const MOST = 2 ** 31 - 1

/** Null for an id that does not fit. Source: GitHub's schema, which says so where it deprecates `databaseId`. */
export const databaseId = (id: number): number | null => (id > MOST ? null : id)

export const databaseIds = (id: number) => ({ databaseId: databaseId(id), fullDatabaseId: String(id) })
