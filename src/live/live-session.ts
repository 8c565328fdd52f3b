import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { Module } from "../accounts/permissions.ts"
import type { Principal } from "../accounts/principal.ts"
import type { Sink } from "./event-follower.ts"
import { type LiveErrorCode, plainFrame } from "./live-frames.ts"
import type { Followed, LiveHub } from "./live-hub.ts"
import { liveLimits } from "./live-limits.ts"
import { LiveRefused } from "./live-refused.ts"
import { findTopic, type Topic, topics } from "./topics.ts"

/** What of a principal live updates need to know. */
export type LivePrincipal = Pick<Principal, "kind" | "id" | "company" | "may">

/** What a session works with. */
export interface SessionPorts<P extends LivePrincipal> {
  readonly hub: LiveHub["Service"]
  /** Writes down that somebody asked for what they may not. */
  readonly auditRefusal: (principal: P, topic: string, needed: string) => Effect.Effect<void>
  readonly topicsMax: number
}

/** One client with the topics that it follows; whatever it asks is answered by a frame. */
export interface LiveSession<P extends LivePrincipal> {
  /** False when it was refused. */
  readonly subscribe: (topic: string, after?: string, id?: string) => Effect.Effect<boolean>
  readonly unsubscribe: (topic: string, id?: string) => Effect.Effect<void>
  /** The same user or key, shown to be it again; what it may not follow any more ends. */
  readonly renew: (principal: P) => Effect.Effect<void>
}

/** A topic that is followed, and how it ends. */
interface Subscription {
  readonly topic: Topic
  readonly scope: Scope.Closeable
  readonly rescope: Followed["rescope"]
}

/** Follows topics for one client until the scope ends. */
export const openSession = <P extends LivePrincipal>(
  { hub, auditRefusal, topicsMax }: SessionPorts<P>,
  first: P,
  sink: Sink
): Effect.Effect<LiveSession<P>, never, Scope.Scope> =>
  Effect.gen(function* () {
    let principal = first
    const subscriptions = new Map<string, Subscription>()
    const whole = yield* Effect.scope
    const runFork = Effect.runForkWith(yield* Effect.context<never>())

    const tellError = (code: LiveErrorCode, message: string, topic: string, id?: string) =>
      sink.send(plainFrame({ type: "error", code, message, topic, id }))
    const end = Effect.fnUntraced(function* (topic: string) {
      const subscription = subscriptions.get(topic)
      subscriptions.delete(topic)
      if (subscription !== undefined) yield* Scope.close(subscription.scope, Exit.void)
      return subscription !== undefined
    })
    const endWith = (topic: string, code: LiveErrorCode, message: string) =>
      Effect.flatMap(end(topic), (was) => Effect.sync(() => was && tellError(code, message, topic)))

    /** How far the principal reaches in the topic; fails when not at all, and that is written down. */
    const reach = Effect.fnUntraced(function* ({ topic, module, carries }: Topic) {
      const scope = principal.may(module, "read")
      if (scope === "all" || (scope === "own" && carries === "events")) return scope
      yield* auditRefusal(principal, topic, `${module}:read`)
      return yield* new LiveRefused({ code: "forbidden", message: refusal(topic, module, scope) })
    })

    const follow = Effect.fnUntraced(function* (
      name: string,
      after: string | undefined,
      id: string | undefined
    ) {
      const topic = name.length > liveLimits.topicMaxCharacters ? undefined : findTopic(name)
      if (topic === undefined)
        return yield* new LiveRefused({ code: "unknownTopic", message: unknownTopic(name) })
      if (subscriptions.has(topic.topic))
        return yield* new LiveRefused({
          code: "alreadyFollowed",
          message: `${topic.topic} is followed already`
        })
      if (subscriptions.size >= topicsMax)
        return yield* new LiveRefused({
          code: "tooManyTopics",
          message: `one client follows ${topicsMax} topics at most`
        })
      const scope = yield* reach(topic)
      const own = yield* Scope.fork(whole)
      let begun: Effect.Effect<void> = Effect.void
      const viewer = {
        ...{ company: principal.company, user: principal.id, scope, sink },
        lost: () => void runFork(endWith(topic.topic, "forbidden", `${topic.topic} is somebody else's now`)),
        behind: () => void runFork(Effect.forkIn(begun, own))
      }
      const followed = yield* hub.follow(viewer, topic, after).pipe(
        Scope.provide(own),
        Effect.tapError((error) =>
          Effect.andThen(
            Scope.close(own, Exit.void),
            scope === "own" && error._tag === "LiveRefused" && error.code === "notFound"
              ? auditRefusal(principal, topic.topic, `${topic.module}:read`)
              : Effect.void
          )
        )
      )
      subscriptions.set(topic.topic, { topic, scope: own, rescope: followed.rescope })
      sink.send(plainFrame({ type: "subscribed", topic: topic.topic, id, cursor: followed.cursor }))
      begun = begin(topic.topic, followed)
      yield* Effect.forkIn(begun, own)
    })

    /** A database that is away is waited for: the client stays where it is. */
    const begin = (topic: string, followed: Followed) =>
      followed.begin.pipe(
        Effect.retry({
          schedule: Schedule.spaced(liveLimits.retryMs),
          while: ({ _tag }) => _tag !== "LiveRefused"
        }),
        Effect.catch((error) =>
          // Not by this fiber itself, which ends with the subscription.
          Effect.sync(() =>
            runFork(endWith(topic, error._tag === "LiveRefused" ? error.code : "notReady", error.message))
          )
        )
      )

    return {
      subscribe: (name, after, id) =>
        Effect.match(follow(name, after, id), {
          onSuccess: () => true,
          onFailure: (error) => {
            const isOurs = error._tag === "LiveRefused"
            const message = isOurs ? error.message : "the database does not answer now; try again"
            tellError(
              isOurs ? error.code : "notReady",
              message,
              name.slice(0, liveLimits.topicMaxCharacters),
              id
            )
            return false
          }
        }),
      unsubscribe: Effect.fnUntraced(function* (topic, id) {
        if (yield* end(topic)) return sink.send(plainFrame({ type: "unsubscribed", topic, id }))
        tellError("notFollowed", "it is not followed", topic.slice(0, liveLimits.topicMaxCharacters), id)
      }),
      renew: Effect.fnUntraced(function* (next) {
        principal = next
        for (const { topic, rescope } of [...subscriptions.values()]) {
          const scope = yield* Effect.result(reach(topic))
          if (scope._tag === "Success") rescope(scope.success)
          else yield* endWith(topic.topic, scope.failure.code, scope.failure.message)
        }
      })
    } satisfies LiveSession<P>
  })

const refusal = (topic: string, module: Module, scope: string) =>
  scope === "own"
    ? `${topic} shows what is not yours, and you may read your own of ${module} only`
    : `to follow ${topic} the right ${module}:read is needed, which you don't have`

const unknownTopic = (name: string) =>
  `"${name.slice(0, 60)}" can't be followed; there are ${topics.map(({ example }) => example).join(", ")}`
