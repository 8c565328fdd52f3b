import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Operator } from "../accounts/people/operator.ts"
import { newPassword } from "../accounts/sessions/credentials.ts"

const roles = Schema.Array(Schema.String)
/** Null takes a random one, which the answer tells this once. */
const password = Schema.NullOr(Schema.String)

/** What `centurion users` asks of whoever has the database: this process, or the server that holds it. */
export const OperatorQuestion = Schema.Union([
  Schema.Struct({ ask: Schema.Literal("list"), company: Schema.String, after: Schema.String }),
  Schema.Struct({
    ask: Schema.Literal("invite"),
    company: Schema.String,
    email: Schema.String,
    roles,
    by: Schema.String
  }),
  Schema.Struct({
    ask: Schema.Literal("createUser"),
    company: Schema.String,
    email: Schema.String,
    name: Schema.String,
    roles,
    password,
    by: Schema.String
  }),
  Schema.Struct({ ask: Schema.Literal("setPassword"), email: Schema.String, password, by: Schema.String }),
  Schema.Struct({
    ask: Schema.Literal("setState"),
    email: Schema.String,
    state: Schema.Literals(["active", "suspended"]),
    by: Schema.String
  }),
  Schema.Struct({ ask: Schema.Literal("rotateTokenKey"), atOnce: Schema.Boolean, by: Schema.String })
])
export type OperatorQuestion = typeof OperatorQuestion.Type

const User = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  name: Schema.String,
  language: Schema.NullOr(Schema.String),
  roles,
  state: Schema.Literals(["active", "suspended"]),
  since: Schema.Number,
  loggedInAt: Schema.NullOr(Schema.Number)
})

/** What is answered, by the question; tokens and passwords in the clear, for the one who asked. Times are epoch ms. */
export const operatorAnswers = {
  list: Schema.Array(User),
  invite: Schema.Struct({ id: Schema.String, token: Schema.String, expiresAt: Schema.Number }),
  /** The password is null when it was given, and when the account was there before. */
  createUser: Schema.Struct({
    id: Schema.String,
    isNew: Schema.Boolean,
    password: Schema.NullOr(Schema.String)
  }),
  setPassword: Schema.Struct({ password: Schema.NullOr(Schema.String) }),
  setState: Schema.Struct({ state: Schema.String }),
  rotateTokenKey: Schema.Struct({ key: Schema.String })
} as const

/** Does what is asked. */
export const answerOperator = Effect.fnUntraced(function* (question: OperatorQuestion) {
  const operator = yield* Operator
  switch (question.ask) {
    case "list":
      return yield* operator.list(question.company, question.after)
    case "invite": {
      const { id, token, expiresAt } = yield* operator.invite(question.company, question, question.by)
      return { id, token: Redacted.value(token), expiresAt }
    }
    case "createUser": {
      const given = question.password ?? newPassword()
      const asked = { ...question, password: Redacted.make(given) }
      const made = yield* operator.createUser(question.company, asked, question.by)
      return { ...made, password: made.isNew && question.password === null ? given : null }
    }
    case "setPassword": {
      const given = question.password ?? newPassword()
      yield* operator.setPassword(question.email, Redacted.make(given), question.by)
      return { password: question.password === null ? given : null }
    }
    case "setState": {
      yield* operator.setState(question.email, question.state, question.by)
      return { state: question.state }
    }
    case "rotateTokenKey":
      return { key: yield* operator.rotateTokenKey(question.atOnce, question.by) }
  }
})
