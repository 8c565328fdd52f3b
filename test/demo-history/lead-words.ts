import type { Language } from "../../machines/conversation/events.ts"
import type { Random } from "../simulator/time/random.ts"

/** What leads say, by language and occasion; days are named by how far off they are, because the story moves in time. */
const words = {
  pt: {
    hello: [
      "oi, tudo bem?",
      "olá! vi o anúncio de vocês e fiquei curioso",
      "bom dia, queria saber mais sobre o sistema",
      "boa tarde! um amigo me indicou vocês",
      "oi, vocês atendem empresa pequena?",
      "olá, gostaria de informações"
    ],
    need: [
      "precisamos automatizar o atendimento no whatsapp, a gente perde cliente por demora",
      "queremos responder os clientes fora do horário",
      "procuro uma ferramenta para agendar consultas sem ficar no telefone",
      "precisamos organizar os orçamentos, hoje é tudo em planilha",
      "queremos qualificar os contatos que chegam do instagram"
    ],
    count: [
      "somos 12 pessoas",
      "são 2 pessoas só",
      "uns 40 funcionários",
      "acho que 5",
      "8 vendedores",
      "25"
    ],
    money: ["R$ 5.000 por mês", "uns 800 reais", "até 3 mil reais", "10 mil", "uns 1.500", "R$ 2.200"],
    date: [
      "semana que vem",
      "em 15 dias",
      "o quanto antes",
      "só no ano que vem",
      "em dois meses",
      "mês que vem"
    ],
    yesNo: ["sim", "sim, sou eu", "quem decide é a diretora", "sou o dono", "não, é meu chefe"],
    all: [
      "somos 10, orçamento de 4 mil reais, e queremos começar semana que vem",
      "somos 25, uns 8 mil reais por mês, o quanto antes",
      "uma equipe de 6 pessoas, até 2 mil reais, mês que vem",
      "somos 2, uns 500 reais, e só no ano que vem",
      "somos 2, uns 300 reais por mês, quem decide é a diretora",
      "sou só eu, uma pessoa, até 400 reais"
    ],
    question: [
      "quanto custa?",
      "como funciona?",
      "tem teste grátis?",
      "vocês integram com planilha?",
      "tem fidelidade?",
      "meus dados ficam seguros? lgpd"
    ],
    chat: ["ok", "entendi", "👍", "legal!", "deixa eu ver com meu sócio", "obrigado"],
    stop: ["pare", "sair", "não quero mais receber mensagens"],
    person: ["quero falar com uma pessoa", "prefiro falar com um atendente humano"],
    toSeller: [
      "perfeito, pode ser amanhã às 10h?",
      "ótimo, aguardo a proposta",
      "recebi, obrigado!",
      "combinado"
    ],
    late: ["desculpa a demora, correria aqui", "opa, agora consegui ver"]
  },
  en: {
    hello: [
      "hi there",
      "hello! I saw your ad",
      "good morning, I'd like to know more",
      "hey, do you serve small teams?"
    ],
    need: [
      "we need to answer customers faster, we lose them at night",
      "looking for a way to automate our booking by chat",
      "we want to qualify the leads that come from our site"
    ],
    count: ["we are 12 people", "just 2 people", "about 40 employees", "a team of 6"],
    money: ["5000 reais a month", "around 800", "up to 3k", "2500"],
    date: ["next week", "in 15 days", "as soon as possible", "next year", "in two months"],
    yesNo: ["yes", "yes, it's me", "my boss decides", "I'm the owner"],
    all: [
      "we are 10, budget is 4000 reais, and we would start next week",
      "a team of 15, 6000 reais, as soon as possible",
      "just 2 people, around 300 reais, next year",
      "we are 2, up to 500 reais, and my boss decides"
    ],
    question: [
      "how much is it?",
      "how does it work?",
      "is there a free trial?",
      "does it integrate with our CRM?"
    ],
    chat: ["ok", "got it", "👍", "thanks", "let me think about it"],
    stop: ["stop", "unsubscribe"],
    person: ["I want to talk to a person", "can I speak with a human?"],
    toSeller: ["great, tomorrow at 10 works", "thanks, I'll wait for the proposal", "got it, thank you!"],
    late: ["sorry for the delay, busy days", "finally had time to look at this"]
  },
  es: {
    hello: [
      "hola, buenas",
      "buenos días, vi su anuncio",
      "buenas tardes, quisiera información",
      "hola, ¿qué tal?"
    ],
    need: [
      "necesitamos automatizar la atención, perdemos clientes por la noche",
      "busco una herramienta para agendar citas por chat",
      "necesitamos responder más rápido"
    ],
    count: ["somos 12 personas", "2 personas", "unos 40 empleados", "un equipo de 6"],
    money: ["5000 reales al mes", "unos 800", "hasta 3 mil", "2500 reales"],
    date: ["la próxima semana", "en 15 días", "lo antes posible", "el año que viene", "en dos meses"],
    yesNo: ["sí", "sí, soy yo", "mi jefa decide", "soy el dueño"],
    all: [
      "somos 10, el presupuesto es de 4000 reales y empezaríamos la próxima semana",
      "un equipo de 15, unos 6000 reales, lo antes posible",
      "somos 2 personas, unos 300 reales, el año que viene",
      "2 personas, hasta 500 reales, y mi jefa decide"
    ],
    question: ["¿cuánto cuesta?", "¿cómo funciona?", "¿hay prueba gratis?", "¿mis datos están seguros?"],
    chat: ["ok", "entiendo", "👍", "gracias", "déjame pensarlo"],
    stop: ["baja", "stop"],
    person: ["quiero hablar con una persona", "prefiero hablar con un asesor"],
    toSeller: ["perfecto, mañana a las 10 me va bien", "gracias, espero la propuesta", "recibido, ¡gracias!"],
    late: ["perdón por la demora", "ahora sí pude verlo"]
  }
} as const

export type Occasion = keyof (typeof words)["pt"]

/** Something to say. */
export const sayOn = (language: Language, occasion: Occasion, random: Random): string =>
  random.pick(words[language][occasion])

/** What people of the company write to a lead, and note about it. `{name}` and `{seller}` stand for names. */
export const sellerWords = {
  pt: {
    hello: [
      "Oi{name}, aqui é {seller}, da Aurora. Vi a sua conversa com a Lia, posso te ligar hoje à tarde?",
      "Olá{name}! {seller} da Aurora. Preparei uma ideia para o caso de vocês, quando podemos falar?"
    ],
    next: [
      "Mandei a proposta por e-mail, qualquer dúvida me chama aqui.",
      "Fechado, te mando o convite da reunião.",
      "Conseguiu olhar o que mandei?"
    ]
  },
  en: {
    hello: [
      "Hi{name}, this is {seller} from Aurora. I read your chat with Lia. Can I call you this afternoon?",
      "Hello{name}! {seller} from Aurora here. I have an idea for your case, when could we talk?"
    ],
    next: [
      "I've sent the proposal by e-mail.",
      "Great, I'll send the invitation.",
      "Did you have time to look at it?"
    ]
  },
  es: {
    hello: [
      "Hola{name}, soy {seller}, de Aurora. Vi tu conversación con Lia, ¿puedo llamarte esta tarde?",
      "¡Hola{name}! {seller} de Aurora. Tengo una idea para ustedes, ¿cuándo podemos hablar?"
    ],
    next: [
      "Te mandé la propuesta por correo.",
      "Perfecto, te envío la invitación.",
      "¿Pudiste ver lo que mandé?"
    ]
  }
} as const

/** What a seller notes about a person, in the company's language. */
export const notes = [
  "Pediu referências de clientes do mesmo ramo.",
  "Quem assina é o financeiro; mandar o contrato para revisão.",
  "Já usa outra ferramenta, contrato termina em dois meses.",
  "Gostou da demonstração, quer incluir a filial.",
  "Sensível a preço; oferecer o plano anual."
] as const

export const tags = ["indicação", "anúncio", "urgente", "plano anual", "concorrente", "filial"] as const

export const lostReasons = ["preço", "escolheu um concorrente", "adiou o projeto", "sem resposta"] as const

export const disqualifiedReasons = [
  "abaixo do nosso mínimo",
  "fora do perfil",
  "quer algo que não fazemos"
] as const
