import { expect, test } from "vitest"
import { foldText } from "../../../../../src/models/scripted/fold-text.ts"
import { whyNoAnswer } from "../../../../../src/models/scripted/words/no-answer.ts"

const why: Readonly<Record<string, ReadonlyArray<string>>> = {
  asksBack: [
    ...["como assim", "Como assim?", "nao entendi a pergunta", "não entendi nada", "o que você quer dizer"],
    ...[
      "que pergunta?",
      "pode explicar melhor?",
      "what do you mean",
      "I don't understand",
      "huh?",
      "no entiendo"
    ],
    ...["¿qué quieres decir?", "repete por favor", "can you rephrase that?", "sorry?"]
  ],
  asksWho: [
    "quem é?",
    "quem fala",
    "como conseguiram meu número",
    "isso é golpe",
    "who is this?",
    "¿quién eres?"
  ],
  notNow: [
    ...[
      "agora não posso",
      "estou dirigindo, te respondo depois",
      "mais tarde",
      "tô em reunião",
      "depois eu vejo"
    ],
    ...[
      "só um minuto",
      "vou pensar",
      "I'm busy",
      "not now",
      "I'll get back to you",
      "estoy ocupado",
      "luego te escribo"
    ]
  ],
  refusal: [
    ...[
      "não tenho interesse agora",
      "já falei que não quero, obrigado",
      "não, obrigada",
      "só olhando",
      "dispenso"
    ],
    ...[
      "no thanks, I'm just browsing",
      "not interested",
      "I don't need anything",
      "no me interesa",
      "no, gracias"
    ]
  ],
  wrongNumber: [
    ...[
      "Número errado",
      "acho que é número errado",
      "foi engano",
      "wrong number",
      "you have the wrong person"
    ],
    ...["número equivocado", "esse número não é mais do Pedro", "não conheço nenhuma Aurora"]
  ],
  introduction: ["meu nome é Joana", "sou a Ana da padaria", "joana@padaria.com.br", "+55 11 98877-6655"],
  reaction: [
    ...[
      "nossa, que caro",
      "That's expensive.",
      "oh wow, another chatbot",
      "que rapidez 🙄",
      "VOLTAR",
      "/help"
    ],
    ...["I prefer English please", "teste", "me manda mais informações", "tanto faz"]
  ]
}

test.each(Object.entries(why))("an open question is not answered by what is: %s", (reason, list) => {
  expect(list.map((text) => [text, whyNoAnswer(foldText(text))])).toEqual(list.map((text) => [text, reason]))
})

test("what leads need is an answer, however short or badly put", () => {
  const needs = [
    ...["vendas", "atendimento", "organizar o estoque", "emitir nota", "que os pedidos não se percam"],
    ...["não quero perder vendas", "quero parar de perder clientes", "não quero mais usar planilha"],
    ...["não consigo responder todo mundo", "as planilhas são um caos", "I need to stop losing orders"],
    ...["mi inventario", "responder mais rápido", "sou dono de uma padaria e preciso de ajuda com pedidos"],
    ...["mais ou menos tudo do financeiro", "passei o número errado no formulário, preciso de um CRM"]
  ]
  expect(needs.filter((text) => whyNoAnswer(foldText(text)) !== undefined)).toEqual([])
})
