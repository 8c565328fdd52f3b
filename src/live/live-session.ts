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

type RunFork = (effect: Effect.Effect<unknown>) => unknown

/** Follows topics for one client until the scope ends. */
export const openSession = <P extends LivePrincipal>(
  ports: SessionPorts<P>,
  first: P,
  sink: Sink
): Effect.Effect<LiveSession<P>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const session = new Session(
      ports,
      first,
      sink,
      yield* Effect.scope,
      Effect.runForkWith(yield* Effect.context<never>())
    )
    return {
      subscribe: (name, after, id) => session.subscribe(name, after, id),
      unsubscribe: session.unsubscribe,
      renew: session.renew
    }
  })

class Session<P extends LivePrincipal> {
  private readonly subscriptions = new Map<string, Subscription>()
  private readonly ports: SessionPorts<P>
  private principal: P
  private readonly sink: Sink
  private readonly whole: Scope.Scope
  private readonly runFork: RunFork

  constructor(ports: SessionPorts<P>, first: P, sink: Sink, whole: Scope.Scope, runFork: RunFork) {
    this.ports = ports
    this.principal = first
    this.sink = sink
    this.whole = whole
    this.runFork = runFork
  }

  subscribe(name: string, after: string | undefined, id: string | undefined): Effect.Effect<boolean> {
    return Effect.match(this.follow(name, after, id), {
      onSuccess: () => true,
      onFailure: (error) => {
        const isOurs = error._tag === "LiveRefused"
        const message = isOurs ? error.message : "the database does not answer now; try again"
        const topic = name.slice(0, liveLimits.topicMaxCharacters)
        this.sendError(isOurs ? error.code : "notReady", message, topic, id)
        return false
      }
    })
  }

  readonly unsubscribe = Effect.fnUntraced(
    { self: this },
    function* (this: Session<P>, topic: string, id?: string) {
      if (yield* this.end(topic)) return this.sink.send(plainFrame({ type: "unsubscribed", topic, id }))
      const shown = topic.slice(0, liveLimits.topicMaxCharacters)
      this.sendError("notFollowed", "it is not followed", shown, id)
    }
  )

  readonly renew = Effect.fnUntraced({ self: this }, function* (this: Session<P>, next: P) {
    this.principal = next
    for (const { topic, rescope } of [...this.subscriptions.values()]) {
      const scope = yield* Effect.result(this.reach(topic))
      if (scope._tag === "Success") rescope(scope.success)
      else yield* this.endWith(topic.topic, scope.failure.code, scope.failure.message)
    }
  })

  private sendError(code: LiveErrorCode, message: string, topic: string, id?: string) {
    this.sink.send(plainFrame({ type: "error", code, message, topic, id }))
  }

  private readonly end = Effect.fnUntraced({ self: this }, function* (this: Session<P>, topic: string) {
    const subscription = this.subscriptions.get(topic)
    this.subscriptions.delete(topic)
    if (subscription !== undefined) yield* Scope.close(subscription.scope, Exit.void)
    return subscription !== undefined
  })

  private endWith(topic: string, code: LiveErrorCode, message: string) {
    return Effect.map(this.end(topic), (was) => {
      if (was) this.sendError(code, message, topic)
    })
  }

  /** How far the principal reaches in the topic; fails when not at all, and that is written down. */
  private readonly reach = Effect.fnUntraced({ self: this }, function* (this: Session<P>, asked: Topic) {
    const { topic, module, carries } = asked
    const scope = this.principal.may(module, "read")
    if (scope === "all" || (scope === "own" && carries === "events")) return scope
    yield* this.ports.auditRefusal(this.principal, topic, `${module}:read`)
    return yield* new LiveRefused({ code: "forbidden", message: refusal(topic, module, scope) })
  })

  private find(name: string): Effect.Effect<Topic, LiveRefused> {
    const { topicsMax } = this.ports
    const topic = name.length > liveLimits.topicMaxCharacters ? undefined : findTopic(name)
    const refuse = (code: LiveErrorCode, message: string) => Effect.fail(new LiveRefused({ code, message }))
    if (topic === undefined) return refuse("unknownTopic", unknownTopic(name))
    if (this.subscriptions.has(topic.topic))
      return refuse("alreadyFollowed", `${topic.topic} is followed already`)
    if (this.subscriptions.size >= topicsMax)
      return refuse("tooManyTopics", `one client follows ${topicsMax} topics at most`)
    return Effect.succeed(topic)
  }

  private readonly follow = Effect.fnUntraced(
    { self: this },
    function* (this: Session<P>, name: string, after: string | undefined, id: string | undefined) {
      const { hub, auditRefusal } = this.ports
      const { principal, sink, runFork } = this
      const topic = yield* this.find(name)
      const scope = yield* this.reach(topic)
      const own = yield* Scope.fork(this.whole)
      let begun: Effect.Effect<void> = Effect.void
      const viewer = {
        ...{ company: principal.company, user: principal.id, scope, sink },
        lost: () =>
          void runFork(this.endWith(topic.topic, "forbidden", `${topic.topic} is somebody else's now`)),
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
      this.subscriptions.set(topic.topic, { topic, scope: own, rescope: followed.rescope })
      sink.send(plainFrame({ type: "subscribed", topic: topic.topic, id, cursor: followed.cursor }))
      begun = this.begin(topic.topic, followed)
      yield* Effect.forkIn(begun, own)
    }
  )

  /** A database that is away is waited for: the client stays where it is. */
  private begin(topic: string, followed: Followed): Effect.Effect<void> {
    return followed.begin.pipe(
      Effect.retry({
        schedule: Schedule.spaced(liveLimits.retryMs),
        while: ({ _tag }) => _tag !== "LiveRefused"
      }),
      Effect.catch((error) =>
        // Not by this fiber itself, which ends with the subscription.
        Effect.sync(() =>
          this.runFork(
            this.endWith(topic, error._tag === "LiveRefused" ? error.code : "notReady", error.message)
          )
        )
      )
    )
  }
}

const refusal = (topic: string, module: Module, scope: string) =>
  scope === "own"
    ? `${topic} shows what is not yours, and you may read your own of ${module} only`
    : `to follow ${topic} the right ${module}:read is needed, which you don't have`

const unknownTopic = (name: string) =>
  `"${name.slice(0, 60)}" can't be followed; there are ${topics.map(({ example }) => example).join(", ")}`
