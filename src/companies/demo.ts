import type { CompanyFile } from "./company.ts"
import { demoFaq } from "./demo-faq.ts"

const day = 24 * 3_600_000

/** An invented Brazilian company, there when no company has a file, so that the first start has someone to talk with. */
export const demoCompany: typeof CompanyFile.Type = {
  id: "demo",
  name: "Aurora Automação",
  language: "pt",
  agent: { id: "sdr", name: "Lia" },
  conversation: {
    turnClosureMs: 8000,
    typing: { charactersPerMinute: 900, minMs: 1000, maxMs: 6000 },
    followUpAfterMs: [day, 3 * day],
    timeZone: "America/Sao_Paulo"
  },
  qualification: {
    threshold: 70,
    criteria: [
      {
        name: "need",
        kind: "text",
        weight: 10,
        question: {
          pt: "O que você gostaria de melhorar ou automatizar hoje?",
          en: "What would you like to improve or automate?",
          es: "¿Qué te gustaría mejorar o automatizar?"
        },
        again: {
          pt: "Em outras palavras: qual tarefa mais toma o tempo da sua equipe?",
          en: "In other words: which task takes most of your team's time?",
          es: "En otras palabras: ¿qué tarea le quita más tiempo a tu equipo?"
        },
        cues: [
          ...[
            "preciso",
            "precisamos",
            "queremos",
            "quero automa*",
            "queria automa*",
            "gostaria de automa*",
            "procuro",
            "estou procurando",
            "buscamos"
          ],
          ...["i need", "we need", "we want", "i want to", "looking for", "we would like to"],
          ...["necesito", "necesitamos", "busco", "estamos buscando", "quiero automa*"]
        ],
        cuesAgainst: [
          "comecar",
          "saber",
          "falar",
          "pensar",
          "start",
          "know",
          "talk",
          "think",
          "empezar",
          "hablar"
        ]
      },
      {
        name: "teamSize",
        kind: "count",
        weight: 20,
        atLeast: 3,
        question: {
          pt: "Quantas pessoas vão usar o sistema?",
          en: "How many people will use the system?",
          es: "¿Cuántas personas van a usar el sistema?"
        },
        again: {
          pt: "Só para eu ter uma ideia: são quantas pessoas na equipe, mais ou menos?",
          en: "Just to have an idea: about how many people are on the team?",
          es: "Solo para tener una idea: ¿cuántas personas hay en el equipo, más o menos?"
        },
        cues: [
          ...["somos", "pessoa*", "funcionari*", "colaborador*", "vendedor*", "usuari*", "equipe", "time de"],
          ...["people", "person", "employee*", "we are", "team of", "users", "of us"],
          ...["persona*", "empleado*", "equipo"]
        ]
      },
      {
        name: "budget",
        kind: "money",
        weight: 30,
        atLeast: 1000,
        question: {
          pt: "Qual é o orçamento mensal que vocês têm em mente, em reais?",
          en: "What monthly budget do you have in mind, in reais?",
          es: "¿Qué presupuesto mensual tienen en mente, en reales?"
        },
        again: {
          pt: "Pode ser por alto: quanto vocês pensam em investir por mês?",
          en: "A rough figure is fine: how much do you plan to invest a month?",
          es: "Puede ser aproximado: ¿cuánto piensan invertir por mes?"
        },
        cues: [
          "orcamento",
          "verba",
          "investir",
          "reais",
          "budget",
          "spend",
          "invest",
          "presupuesto",
          "invertir",
          "reales"
        ]
      },
      {
        name: "startDate",
        kind: "date",
        weight: 20,
        withinDays: 90,
        question: {
          pt: "Quando vocês gostariam de começar?",
          en: "When would you like to start?",
          es: "¿Cuándo les gustaría empezar?"
        },
        again: {
          pt: "Pode ser uma data aproximada, como “em março” ou “semana que vem”. Para quando seria?",
          en: "A rough date is fine, such as “in March” or “next week”. When would that be?",
          es: "Puede ser una fecha aproximada, como “en marzo” o “la próxima semana”. ¿Para cuándo sería?"
        },
        cues: [
          "comecar",
          "iniciar",
          "implantar",
          "para comecar",
          "start",
          "begin",
          "go live",
          "empezar",
          "comenzar"
        ]
      },
      {
        name: "decisionMaker",
        kind: "yesNo",
        weight: 20,
        question: {
          pt: "É você quem decide sobre a contratação?",
          en: "Are you the one who decides on the purchase?",
          es: "¿Eres tú quien decide la contratación?"
        },
        again: {
          pt: "A decisão final é sua? Pode responder só com sim ou não.",
          en: "Is the final decision yours? A yes or no is enough.",
          es: "¿La decisión final es tuya? Basta con un sí o un no."
        },
        cues: [
          ...[
            "eu decido",
            "eu que decido",
            "sou eu quem decide",
            "sou o dono",
            "sou a dona",
            "sou socio",
            "sou socia"
          ],
          ...[
            "i decide",
            "my decision",
            "i am the owner",
            "i'm the owner",
            "i own",
            "yo decido",
            "soy el dueno"
          ],
          ...["soy la duena", "decision es mia", "decisao e minha"]
        ],
        cuesAgainst: [
          ...[
            "meu chefe",
            "minha chefe",
            "meu socio decide",
            "minha diretora",
            "meu diretor",
            "quem decide e o"
          ],
          ...["quem decide e a", "my boss", "my manager", "mi jefe", "mi jefa", "decide mi"]
        ]
      }
    ]
  },
  faq: demoFaq,
  lines: {
    greeting: {
      pt: "Aqui é a {agent}, assistente virtual da {company}.",
      en: "This is {agent}, the virtual assistant of {company}.",
      es: "Soy {agent}, la asistente virtual de {company}."
    }
  },
  // The demo answers whatever account is configured; a company of one's own names its accounts.
  instances: [
    { channel: "web-chat", instance: "*" },
    { channel: "evolution", instance: "*" },
    { channel: "telegram", instance: "*" },
    { channel: "terminal", instance: "*" }
  ]
}
