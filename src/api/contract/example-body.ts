import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { DataSchema } from "../../../machines/listed-machine.ts"

/** What fields of these names may hold, to show; machines use the same names for the same things. */
const usual: Readonly<Record<string, unknown>> = {
  reason: "they asked for it",
  text: "Call again on Monday",
  title: "First call",
  tag: "vip",
  name: "Rui Lima",
  email: "rui@example.com",
  phone: "+5511999998888",
  site: "https://acme.example",
  segment: "software",
  owner: "k3j5h2l7m9p4q6r8",
  accountId: "a1b2c3",
  activityId: "1"
}

const sampleOf = (name: string, ast: SchemaAST.AST): unknown => {
  if (Object.hasOwn(usual, name)) return usual[name]
  if (SchemaAST.isLiteral(ast)) return ast.literal
  if (SchemaAST.isUnion(ast))
    return sampleOf(name, ast.types.find((type) => !SchemaAST.isNull(type)) ?? ast.types[0]!)
  if (SchemaAST.isNumber(ast)) return 1
  if (SchemaAST.isBoolean(ast)) return true
  if (SchemaAST.isArrays(ast)) return []
  return SchemaAST.isObjects(ast) ? sampleObject(ast) : "text"
}

const sampleObject = (ast: SchemaAST.Objects): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    ast.propertySignatures
      .filter(({ name, type }) => !SchemaAST.isOptional(type) || Object.hasOwn(usual, String(name)))
      .map(({ name, type }) => [String(name), sampleOf(String(name), type)])
  )

/** A body of this shape, to show in the OpenAPI document; undefined when none can be made up. */
export const exampleBody = (body: DataSchema): unknown => {
  const ast = SchemaAST.toEncoded(body.ast)
  const made = SchemaAST.isObjects(ast) ? sampleObject(ast) : undefined
  return Result.isSuccess(Schema.decodeUnknownResult(body)(made)) ? made : undefined
}
