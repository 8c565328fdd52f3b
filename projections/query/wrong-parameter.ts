import * as Schema from "effect/Schema"

/** A parameter of a list can't be read: `detail` says of it what is expected, `message` says so of the whole request. */
export class WrongParameter extends Schema.TaggedError<WrongParameter>()("WrongParameter", {
  parameter: Schema.String,
  detail: Schema.String,
  message: Schema.String
}) {}

/** What is wrong with this parameter; a name that a client made up is cut off. */
export const wrongParameter = (parameter: string, detail: string, message = detail): WrongParameter =>
  new WrongParameter({ parameter: parameter.slice(0, 100), detail, message })

/** As `wrongParameter`, with the parameter's name before the sentence: for what does not name it. */
export const wrongValue = (parameter: string, detail: string): WrongParameter =>
  wrongParameter(parameter, detail, `${parameter}: ${detail}`)
