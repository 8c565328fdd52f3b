import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { asksToStart, asksToStop, mayAskToStop } from "../../../machines/conversation/opt-out-words.ts"

describe("an opt-out is", () => {
  it.each([
    "pare",
    "PARE!!!",
    "Pare, por favor.",
    "parar",
    "Sair",
    "não quero mais",
    "Nao quero mais.",
    "Não, não quero mais receber mensagens",
    "descadastrar",
    "Oi, pare de me mandar mensagem",
    "Quem é você? Pare de me mandar mensagens!",
    "para de mandar mensagem",
    "Não me mande mais mensagens, por favor",
    "não me chame mais",
    "Me tira da sua lista",
    "me remova dessa lista",
    "remova meu número",
    "quero sair dessa lista",
    "me deixa em paz",
    "STOP",
    "stop please 🙏",
    "Stop. Stop.",
    "unsubscribe",
    "please unsubscribe me",
    "remove me",
    "Please remove me from your list.",
    "stop texting me",
    "Don't contact me again",
    "I don’t want any more messages",
    "leave me alone",
    "baja",
    "darme de baja",
    "No me escriba más",
    "ya no quiero recibir mensajes",
    "deja de escribirme",
    "no me molesten más"
  ])("%s", (text) => {
    expect(asksToStop(text)).toBe(true)
  })
})

describe("no opt-out is", () => {
  it.each([
    "quero parar de perder vendas",
    "não quero mais perder tempo com planilhas",
    "não quero mais o plano básico, quero o completo",
    "não quero",
    "pare?",
    "vou sair agora, te ligo depois",
    "quero sair do Excel",
    "para quando fica pronto?",
    "para mim está ótimo",
    "me tira uma dúvida",
    "o cliente disse: pare tudo e venda",
    "pare, isso é muito caro",
    "stop by tomorrow?",
    "Stop by tomorrow",
    "I can't stop thinking about it",
    "how do I unsubscribe from my old tool",
    "can I unsubscribe later?",
    "remove me the logo",
    "don't call me, text me",
    "I don't want any",
    "no quiero",
    "no me llames, escríbeme",
    "la baja de precio",
    "👍",
    ""
  ])("%s", (text) => {
    expect(asksToStop(text)).toBe(false)
  })

  it("a message without words, or an essay", () => {
    expect(asksToStop(undefined)).toBe(false)
    expect(asksToStop(`${"x ".repeat(300)}. pare de me mandar mensagem`)).toBe(false)
  })
})

describe("an opt-in", () => {
  it.each([
    "start",
    "Voltar",
    "quero voltar a receber mensagens",
    "Podem me escrever de novo",
    "quiero recibir sus mensajes"
  ])("is %s", (text) => {
    expect(asksToStart(text)).toBe(true)
  })

  it.each([
    "oi",
    "quanto custa?",
    "when can we start?",
    "quero receber a proposta",
    "start with the price",
    "stop"
  ])("is not %s", (text) => {
    expect(asksToStart(text)).toBe(false)
  })
})

const said = (list: string): ReadonlyArray<string> =>
  readFileSync(join(import.meta.dirname, "said", `${list}.txt`), "utf8")
    .split("\n")
    .filter((line) => line !== "")

describe("of what leads really write", () => {
  it("no clear opt-out is missed", () => {
    const stops = said("stops")
    expect(stops.length).toBeGreaterThan(400)
    expect(stops.filter((text) => !asksToStop(text))).toEqual([])
  })

  it("at most one in a hundred harmless messages is taken", () => {
    const harmless = said("harmless")
    expect(harmless.length).toBeGreaterThan(400)
    expect(harmless.filter(asksToStop).length).toBeLessThanOrEqual(harmless.length / 100)
  })

  it("a doubt is known as one, for a person to look at", () => {
    const doubts = [
      "Vocês são insistentes, parem!",
      "isso é spam",
      "não me mande esse arquivo",
      "chega dessas mensagens longas"
    ]
    expect(doubts.map((text) => [asksToStop(text), mayAskToStop(text)])).toEqual(
      doubts.map(() => [false, true])
    )
    expect(["quanto custa?", "quero parar de perder vendas", "oi"].filter(mayAskToStop)).toEqual([])
  })

  it("a change of mind is an opt-in, a second opt-out is none", () => {
    expect(asksToStart("Oi, mudei de ideia, quero contratar o plano Equipe")).toBe(true)
    expect(asksToStart("mudei de ideia, não me mande mais mensagens")).toBe(false)
  })
})
