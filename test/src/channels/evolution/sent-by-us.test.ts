import { expect, it } from "vitest"
import { SentByUs } from "../../../../src/channels/evolution/sent-by-us.ts"

it("knows what is on its way by its words, by each account, until the last of the same words is out", () => {
  const sent = new SentByUs()
  const end = sent.begin("main", "55", "Oi ")
  const endOther = sent.begin("main", "66", "Oi")
  expect([
    sent.isOurs("main", "X", "Oi"),
    sent.isOurs("other", "X", "Oi"),
    sent.isOurs("main", "X", "Olá")
  ]).toEqual([true, false, false])
  end("A")
  expect(sent.isOurs("main", "X", "Oi")).toBe(true)
  endOther(undefined)
  expect(sent.isOurs("main", "X", "Oi")).toBe(false)
  expect([sent.isOurs("main", "A", undefined), sent.jidOf("A"), sent.jidOf("X")]).toEqual([
    true,
    "55@s.whatsapp.net",
    undefined
  ])
})

it("forgets the oldest of very many", () => {
  const sent = new SentByUs()
  for (let at = 0; at <= 20_000; at++) sent.begin("main", String(at), "Oi")(`id-${at}`)
  expect([sent.jidOf("id-0"), sent.jidOf("id-20000")]).toEqual([undefined, "20000@s.whatsapp.net"])
})
