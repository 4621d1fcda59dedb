// Owns the version of this program, as it stands in records; the same as in package.json.
export const VERSION = '0.1.0'
