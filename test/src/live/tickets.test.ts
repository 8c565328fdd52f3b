import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import { makeTickets } from "../../../src/live/tickets.ts"

const holder = Redacted.make("Bearer x")
const lifeMs = 30_000

test("a ticket lets in once", () => {
  const tickets = makeTickets(() => 0, lifeMs, 10)
  const ticket = tickets.issue(holder)!
  expect(ticket).toMatch(/^[\w-]{43}$/)
  expect(tickets.use(ticket)).toBe(holder)
  expect(tickets.use(ticket)).toBeUndefined()
  expect(tickets.use("")).toBeUndefined()
})

test("a ticket is worth nothing after its life", () => {
  let now = 0
  const tickets = makeTickets(() => now, lifeMs, 10)
  const [early, late] = [tickets.issue(holder)!, tickets.issue(holder)!]
  now = lifeMs - 1
  expect(tickets.use(early)).toBe(holder)
  now = lifeMs
  expect(tickets.use(late)).toBeUndefined()
})

test("there are not more than there may be, and old ones make room", () => {
  let now = 0
  const tickets = makeTickets(() => now, lifeMs, 3)
  const issued = Array.from({ length: 5 }, () => tickets.issue(holder))
  expect(issued.map((ticket) => ticket !== undefined)).toEqual([true, true, true, false, false])
  now = lifeMs
  expect(tickets.issue(holder)).toBeDefined()
})
