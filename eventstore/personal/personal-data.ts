import type { Json, JsonObject } from "../database/json.ts"
import { canonicalJson } from "../proof/hash.ts"

/** Which parts of a value are personal: all of it, or some of its fields or elements. Undefined: none. */
export type PersonalShape =
  | "all"
  | {
      readonly fields?: Readonly<Record<string, PersonalShape | undefined>>
      /** Fields that the schema does not know. */
      readonly others?: PersonalShape | undefined
      readonly elements?: PersonalShape
    }

/** A value taken apart: what may stand in the clear, and the personal values by JSON pointer (RFC 6901). */
export interface TakenApart {
  /** With an empty value of the same kind in place of each personal one. */
  readonly clear: JsonObject
  /** Undefined when nothing in it is personal. */
  readonly personal: JsonObject | undefined
}

/** Takes the personal values out. */
export const takeApart = (shape: PersonalShape | undefined, data: JsonObject): TakenApart => {
  if (shape === undefined) return { clear: data, personal: undefined }
  const personal: { [pointer: string]: Json } = {}
  const clear = without(shape, data, "", personal) as JsonObject
  for (const _ in personal) return { clear, personal }
  return { clear: data, personal: undefined }
}

const without = (
  shape: PersonalShape,
  value: Json,
  pointer: string,
  personal: { [pointer: string]: Json }
): Json => {
  if (shape === "all") {
    // Nothing is told by null, nor by what is empty already.
    if (!isEmpty(value)) personal[pointer] = value
    return emptyLike(value)
  }
  if (value === null || typeof value !== "object") return value
  if (Array.isArray(value)) {
    const { elements } = shape
    return elements === undefined
      ? value
      : value.map((each, n) => without(elements, each, `${pointer}/${n}`, personal))
  }
  const clear: { [key: string]: Json } = {}
  const fields = value as JsonObject
  for (const key of Object.keys(fields)) {
    const inner = fields[key]
    if (inner === undefined) continue
    const known = shape.fields !== undefined && Object.hasOwn(shape.fields, key)
    const of = known ? shape.fields![key] : shape.others
    setOwn(clear, key, of === undefined ? inner : without(of, inner, `${pointer}/${escaped(key)}`, personal))
  }
  return clear
}

/** An assignment to `__proto__` would set no field, and the value would be lost. */
const setOwn = (object: { [key: string]: Json }, key: string, value: Json) => {
  if (key !== "__proto__") object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Of the same kind, telling nothing: what an erased value looks like. */
export const emptyLike = (value: Json): Json => {
  if (typeof value === "string") return ""
  if (typeof value === "number") return 0
  if (typeof value === "boolean") return false
  if (value === null) return null
  return Array.isArray(value) ? [] : {}
}

const isEmpty = (value: Json): boolean => {
  if (value === null || value === "" || value === 0 || value === false) return true
  if (typeof value !== "object") return false
  for (const _ in value as object) return false
  return true
}

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1")
const unescaped = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~")

/** Puts the personal values back in their places. */
export const putTogether = (clear: JsonObject, personal: JsonObject): JsonObject => {
  let whole: Json = clear
  for (const pointer of Object.keys(personal)) {
    const path = pointer.split("/").slice(1).map(unescaped)
    whole = put(whole, path, 0, personal[pointer] as Json)
  }
  return whole as JsonObject
}

const put = (into: Json, path: ReadonlyArray<string>, depth: number, value: Json): Json => {
  if (depth === path.length) return value
  const key = path[depth]!
  if (Array.isArray(into)) {
    return into.map((each, n) => (n === Number(key) ? put(each, path, depth + 1, value) : each))
  }
  const fields = (into ?? {}) as JsonObject
  return Object.hasOwn(fields, key)
    ? { ...fields, [key]: put(fields[key] as Json, path, depth + 1, value) }
    : fields
}

/** The personal values as they are sealed. */
export const personalText = (personal: JsonObject): string => canonicalJson(personal)
