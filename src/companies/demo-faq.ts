import type { FaqEntry } from "./company.ts"

/** What leads ask the demo company. All of it is invented. */
export const demoFaq: ReadonlyArray<FaqEntry> = [
  {
    name: "whatItIs",
    keywords: [
      ...[
        "o que voces fazem",
        "o que faz",
        "o que e a aurora",
        "como funciona",
        "saber mais",
        "o que e isso",
        "mais informacoes"
      ],
      ...[
        "what do you do",
        "what does it do",
        "what is it",
        "how does it work",
        "what is aurora",
        "know more",
        "more information",
        "learn more"
      ],
      ...["que hacen", "que hace", "como funciona", "que es aurora", "mas informacion"]
    ],
    answer: {
      pt: "A Aurora reúne pedidos, estoque e mensagens dos clientes em um só lugar e automatiza as tarefas que se repetem.",
      en: "Aurora brings orders, stock and customer messages together in one place, and automates the tasks that repeat.",
      es: "Aurora reúne pedidos, inventario y mensajes de clientes en un solo lugar y automatiza las tareas repetitivas."
    }
  },
  {
    name: "price",
    keywords: [
      ...[
        "preco*",
        "quanto custa",
        "qual o valor",
        "quais os valores",
        "valores",
        "planos",
        "mensalidade",
        "quanto e",
        "quanto fica",
        "quanto sai"
      ],
      ...["price*", "pricing", "how much", "cost", "costs", "plans"],
      ...["precio*", "cuanto cuesta", "cuanto sale", "cuanto vale", "planes", "tarifa*"]
    ],
    answer: {
      pt: "O plano Essencial custa R$ 490 por mês, com até 5 usuários. O plano Equipe custa R$ 1.290 por mês, com até 20. Acima disso, o valor é sob consulta.",
      en: "The Essential plan costs R$ 490 a month for up to 5 users, and the Team plan R$ 1,290 a month for up to 20. Above that, prices are on request.",
      es: "El plan Esencial cuesta R$ 490 al mes, hasta 5 usuarios. El plan Equipo cuesta R$ 1.290 al mes, hasta 20. Para más usuarios, el precio es a consultar."
    }
  },
  {
    name: "trial",
    keywords: [
      ...["teste gratis", "testar", "periodo de teste", "gratuito", "de graca", "demonstracao"],
      ...["free trial", "trial", "try it", "for free", "demo"],
      ...["prueba gratis", "probar", "periodo de prueba", "demostracion"]
    ],
    answer: {
      pt: "Sim, dá para testar por 14 dias sem custo e sem cartão de crédito.",
      en: "Yes, you can try it for 14 days, free and without a credit card.",
      es: "Sí, puedes probarlo 14 días sin costo y sin tarjeta de crédito."
    }
  },
  {
    name: "integrations",
    keywords: [
      ...["integra*", "conecta com", "conectar com", "api", "erp", "planilha*"],
      ...["integrate*", "integration*", "connect to", "works with", "spreadsheet*", "hoja de calculo"]
    ],
    answer: {
      pt: "A Aurora se integra com WhatsApp, e-mail, planilhas e os principais ERPs, e tem uma API aberta.",
      en: "Aurora integrates with WhatsApp, e-mail, spreadsheets and the main ERPs, and has an open API.",
      es: "Aurora se integra con WhatsApp, correo, hojas de cálculo y los principales ERP, y tiene una API abierta."
    }
  },
  {
    name: "setup",
    keywords: [
      ...[
        "implantacao",
        "quanto tempo leva",
        "quanto tempo demora",
        "em quanto tempo",
        "instalacao",
        "treinamento"
      ],
      ...["how long", "setup", "onboarding", "installation", "training"],
      ...["implementacion", "cuanto tarda", "cuanto tiempo", "instalacion", "capacitacion"]
    ],
    answer: {
      pt: "A implantação leva em média duas semanas, com treinamento da equipe incluído.",
      en: "Setting it up takes two weeks on average, training of the team included.",
      es: "La implementación tarda dos semanas en promedio, con capacitación del equipo incluida."
    }
  },
  {
    name: "contract",
    keywords: [
      ...["fidelidade", "cancelar", "cancelamento", "multa", "contrato"],
      ...["contract", "cancel", "cancellation", "commitment", "lock in"],
      ...["permanencia", "cancelacion", "penalizacion"]
    ],
    answer: {
      pt: "Não há fidelidade: o plano é mensal e pode ser cancelado quando quiser, sem multa.",
      en: "There is no lock-in: the plan is monthly, and you can cancel at any time without a fee.",
      es: "No hay permanencia: el plan es mensual y se puede cancelar cuando quieras, sin penalización."
    }
  },
  {
    name: "support",
    keywords: [
      ...["suporte", "atendimento ao cliente", "horario de atendimento", "horario de funcionamento"],
      ...["support", "customer service", "opening hours", "business hours"],
      ...["soporte", "atencion al cliente", "horario de atencion"]
    ],
    answer: {
      pt: "O suporte é por chat e telefone, de segunda a sexta, das 9h às 18h, em português, inglês e espanhol.",
      en: "Support is by chat and phone, Monday to Friday, 9 am to 6 pm (São Paulo), in Portuguese, English and Spanish.",
      es: "El soporte es por chat y teléfono, de lunes a viernes, de 9 a 18 h (São Paulo), en portugués, inglés y español."
    }
  },
  {
    name: "dataProtection",
    keywords: [
      ...["lgpd", "seguranca dos dados", "dados seguros", "privacidade", "meus dados"],
      ...["gdpr", "data protection", "privacy", "is my data", "data safe", "security"],
      ...["proteccion de datos", "privacidad", "mis datos", "seguridad"]
    ],
    answer: {
      pt: "Os dados ficam no Brasil, criptografados, e tratados conforme a LGPD; você pode pedir a exclusão deles quando quiser.",
      en: "Data stays in Brazil, encrypted, and is handled as the LGPD asks; you can have yours erased at any time.",
      es: "Los datos quedan en Brasil, cifrados y tratados según la LGPD; puedes pedir que se borren cuando quieras."
    }
  },
  {
    name: "payment",
    keywords: [
      ...["forma de pagamento", "formas de pagamento", "boleto", "pix", "cartao", "parcela*"],
      ...["payment", "credit card", "invoice", "how do i pay"],
      ...["forma de pago", "formas de pago", "tarjeta", "factura", "como se paga"]
    ],
    answer: {
      pt: "Você pode pagar por Pix, boleto ou cartão de crédito, por mês ou por ano.",
      en: "You can pay by Pix, bank slip or credit card, monthly or yearly.",
      es: "Puedes pagar por Pix, boleto bancario o tarjeta de crédito, por mes o por año."
    }
  },
  {
    name: "robot",
    keywords: [
      ...[
        "voce e um robo",
        "e robo",
        "e um robo",
        "e uma pessoa",
        "e humano",
        "e humana",
        "inteligencia artificial"
      ],
      ...["are you a bot", "are you a robot", "are you human", "are you real", "am i talking to a bot"],
      ...["eres un robot", "eres un bot", "eres humano", "eres humana", "eres una persona"]
    ],
    answer: {
      pt: "Sou uma assistente virtual. Se preferir, é só pedir que eu passo a conversa para uma pessoa da equipe.",
      en: "I'm a virtual assistant. If you prefer, just ask and I'll pass you to a person of the team.",
      es: "Soy una asistente virtual. Si prefieres, pídemelo y te paso con una persona del equipo."
    }
  }
]
