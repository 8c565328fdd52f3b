import type * as Schema from "effect/Schema"

declare module "effect/Schema" {
  namespace Annotations {
    interface Annotations {
      /** Personal data of the actor's subject: sealed wherever it is stored. */
      readonly personal?: true | undefined
      /** The field of a machine's input that names the person its actors are about: a lead's id. */
      readonly subjectOf?: string | undefined
    }
  }
}

/** Marks personal data: it is stored sealed under the key of the person that the actor is about. */
export const personal = <S extends Schema.Top>(schema: S): S["Rebuild"] => schema.annotate({ personal: true })

/**
 * Marks the field of a machine's input that names the person: `subjectIn("lead")` on `leadId` makes the person
 * `lead/<leadId>`. An actor without one is about a person of its own, called like its stream.
 */
export const subjectIn =
  (machine: string) =>
  <S extends Schema.Top>(schema: S): S["Rebuild"] =>
    schema.annotate({ subjectOf: machine })
