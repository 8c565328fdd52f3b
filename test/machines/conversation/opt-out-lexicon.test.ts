import { expect, test } from "vitest"
import { symbolOf } from "../../../machines/conversation/opt-out-lexicon.ts"

test("says what a word does, in three languages, also misspelt, stretched, or with its pronoun", () => {
  const same = [
    ["mensagem", "mensaje", "messages", "mensajem", "mensagemmm"],
    ["pare", "paren", "pareeee", "parrem"],
    ["escribirme", "escrivirme", "mandarme"],
    ["unsubscribe", "unsuscribe", "descadastar"],
    ["sistema", "cliente", "customers"],
    ["planilha", "reuniao", "tomorrow"],
    ["favor", "please", "porra"]
  ]
  expect(same.map((words) => [...new Set(words.map(symbolOf))])).toEqual([
    ["G"],
    ["CI"],
    ["S ME"],
    ["UN"],
    ["X"],
    ["x"],
    [""]
  ])
})
