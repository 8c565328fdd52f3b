/** A company with every setting that there is, as its file has them: what the documents show. */
export const exampleCompany = {
  id: "acme",
  name: "Acme",
  language: "pt",
  agent: { id: "sdr", name: "Lia" },
  conversation: {
    turnClosureMs: 8000,
    typing: { charactersPerMinute: 900, minMs: 1000, maxMs: 6000 },
    followUpAfterMs: [86_400_000, 259_200_000],
    timeZone: "America/Sao_Paulo",
    businessHours: [
      null,
      { fromMinute: 540, toMinute: 1080 },
      { fromMinute: 540, toMinute: 1080 },
      { fromMinute: 540, toMinute: 1080 },
      { fromMinute: 540, toMinute: 1080 },
      { fromMinute: 540, toMinute: 1020 },
      null
    ],
    approveFirstContact: true,
    returnToAiAfterMs: 14_400_000,
    closeAfterMs: 604_800_000
  },
  qualification: {
    threshold: 70,
    criteria: [
      {
        name: "budget",
        kind: "money",
        weight: 3,
        atLeast: 5000,
        question: { pt: "Quanto vocês pensam em investir?", en: "How much do you mean to invest?" },
        again: { pt: "Em reais, qual seria o valor por mês?" },
        cues: ["orçamento", "invest*"],
        cuesAgainst: ["faturamento"]
      },
      {
        name: "start",
        kind: "date",
        weight: 2,
        withinDays: 90,
        question: { pt: "Quando querem começar?" }
      },
      {
        name: "hasCompany",
        kind: "yesNo",
        weight: 1,
        meets: true,
        required: "only companies are served",
        question: { pt: "Vocês têm empresa aberta?" }
      }
    ]
  },
  faq: [
    {
      name: "price",
      keywords: ["preço", "quanto custa"],
      answer: { pt: "Os planos começam em R$ 490 por mês.", es: "Los planes empiezan en R$ 490 al mes." }
    }
  ],
  lines: {
    greeting: { pt: "Aqui é {agent}, assistente virtual de {company}." },
    firstContact: { pt: "Vi que você deixou seu contato com a gente." },
    handOver: { pt: "Vou passar a conversa para uma pessoa da equipe." }
  },
  retentionDays: 730,
  instances: [{ channel: "sms", instance: "acme" }],
  budgets: { monthUsd: 300, warnAtPercent: 120 }
} as const
