import { expect, it } from "vitest"
import { firstNameOf } from "../../../../src/models/scripted/first-name.ts"

it.each([
  ["Maria do Carmo", "Maria"],
  ["MARIA DA SILVA 🌷", "Maria"],
  ["joão pedro", "João"],
  ["Jose\u0301 Luis", "José"],
  ["Dra. Ana Paula", "Ana"],
  ["Sr João", "João"],
  ["ana-clara", "Ana-Clara"],
  ["Zé", "Zé"],
  ["Íñigo", "Íñigo"],
  ["William Smith", "William"]
])("calls %j by %j", (contactName, name) => {
  expect(firstNameOf(contactName)).toBe(name)
})

it.each([
  undefined,
  "",
  "Loja do Zé",
  "Padaria Silva",
  "Studio Ana",
  "Ana Modas",
  "Rosa Boutique",
  "João & Cia Ltda",
  "Família Souza",
  "Deus é fiel",
  "Amor da minha vida",
  "Atendimento",
  "The Coffee",
  "Casa Nova",
  "~joão 🚀",
  "João1985",
  "Ana 99",
  "J",
  "Dr.",
  "Mozão",
  "Vendo casa",
  "constructor",
  "{company}"
])("calls %j by no name", (contactName) => {
  expect(firstNameOf(contactName)).toBeUndefined()
})
