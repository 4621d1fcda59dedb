// Every fault on every query of GraphQL on the happy path, among them what is read for the decision and before the merge.
import { declareCells } from './matrix.ts'

await declareCells(({ graphql }) => graphql)
