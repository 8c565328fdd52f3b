import * as Schema from "effect/Schema"
import { CompanyFile } from "../../../machines/company/settings.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"

/** What JSON Schema says of one setting. */
interface Shape {
  readonly type?: string
  readonly description?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: ReadonlyArray<string>
  readonly anyOf?: ReadonlyArray<Shape>
  readonly allOf?: ReadonlyArray<Shape>
  readonly examples?: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** One setting: `path` as in `conversation.businessHours[].fromMinute`. */
export interface Setting {
  readonly path: string
  readonly shape: Shape
  readonly needed: boolean
}

const file = Schema.toJsonSchemaDocument(CompanyFile).schema as Shape

/** The company that the document shows. */
export const shown = file.examples![0]!

/** With what its checks say, which stands beside it. */
const whole = (shape: Shape): Shape => Object.assign({}, shape, ...(shape.allOf ?? []))

const withoutNull = (shape: Shape): Shape =>
  shape.anyOf === undefined ? shape : (shape.anyOf.find(({ type }) => type !== "null") ?? shape)

const isTexts = ({ properties = {} }: Shape) => Object.keys(properties).join() === "pt,en,es"

/** A setting and all inside it, as the file has them. */
const settingsIn = (shape: Shape, path: string): ReadonlyArray<Setting> => {
  if (shape.type === "array") return settingsIn(withoutNull(shape.items!), `${path}[]`)
  if (isTexts(shape)) return []
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
    const here = path === "" ? name : `${path}.${name}`
    const setting = { path: here, shape: whole(inner), needed: shape.required?.includes(name) ?? false }
    return [setting, ...settingsIn(inner, here)]
  })
}

/** Every setting of a company's file. */
export const settings = settingsIn(file, "")

/** All values at the path, one for each element of the lists on the way. */
export const valuesAt = (value: unknown, path: string): ReadonlyArray<unknown> =>
  path
    .replaceAll("[]", ".[]")
    .split(".")
    .reduce<ReadonlyArray<unknown>>(
      (values, step) =>
        values
          .flatMap((each) => (step === "[]" ? each : [(each as Record<string, unknown>)?.[step]]))
          .filter((each) => each !== undefined && each !== null),
      [value]
    )

const limits = (least: number | undefined, most: number | undefined, of: string) => {
  if (least !== undefined && most !== undefined) return ` of ${least} to ${most}${of}`
  if (most !== undefined) return ` of at most ${most}${of}`
  return least === undefined ? "" : ` of at least ${least}${of}`
}

const nouns: Readonly<Record<string, string>> = { integer: "whole number", boolean: "true or false" }

const takes = (shape: Shape): string => {
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${value}\``).join(", ")
  if (isTexts(shape)) return "a text in some of `pt`, `en`, `es`"
  if (shape.type === "array") return `list${limits(shape.minItems, shape.maxItems, "")}`
  if (shape.type === "object") return "object"
  if (shape.type === "string") return `text${limits(shape.minLength, shape.maxLength, " characters")}`
  return `${nouns[shape.type!] ?? shape.type}${limits(shape.minimum, shape.maximum, "")}`
}

const defaults = completeCompany({ id: "", name: "" })

const defaultOf = ({ path, needed, shape }: Setting): string => {
  if (path === "id" || path === "name") return "(needed)"
  const [value] = path.includes("[]") ? [] : valuesAt(defaults, path)
  if (value === undefined) return needed ? "(needed)" : ""
  const isLeaf = shape.type !== "object" || isTexts(shape)
  return isLeaf ? `\`${JSON.stringify(value)}\`` : ""
}

const cell = (text: string) => text.replaceAll("|", "\\|")

const row = (setting: Setting) => {
  const { path, shape } = setting
  return `| \`${path}\` | ${takes(shape)} | ${cell(defaultOf(setting))} | ${cell(shape.description ?? "")} |`
}

/** The page of all settings of a company, as Markdown. */
export const settingsPage = `# Settings of a company

Made from the schemas by \`npm run settings\`; a test fails when it is out of date.

A company's file has these, and so do \`settings\` of the API; [how they are changed](../how-to/companies.md). What is left
out has its default. Durations end in \`Ms\` and are milliseconds: 86,400,000 are a day. \`[]\` is each of a list, and what is
needed there is needed in each.

| setting | takes | default | what it does |
|---|---|---|---|
${settings.map(row).join("\n")}

All of them at once:

\`\`\`json
${JSON.stringify(shown, null, 2)}
\`\`\`
`
