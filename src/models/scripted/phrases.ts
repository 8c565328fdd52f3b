import type { Language } from "../../../machines/conversation/events.ts"

/** Ways to say the same thing; one is chosen by the turn. */
export type Ways = Readonly<Record<Language, ReadonlyArray<string>>>

/** An answer was understood. */
export const acknowledged: Ways = {
  pt: ["Perfeito, anotei.", "Ótimo, anotado.", "Entendi, anotei aqui.", "Certo, bom saber."],
  en: ["Great, noted.", "Got it, thank you.", "Perfect, thanks for telling me.", "Thanks, I noted that."],
  es: ["Perfecto, anotado.", "Entendido, gracias.", "Genial, tomo nota.", "Gracias por contarme."]
}

/** Nothing of the turn was understood, and the question is asked in other words. */
export const notUnderstood: Ways = {
  pt: ["Desculpe, acho que não entendi.", "Não sei se entendi bem.", "Desculpe, não consegui entender."],
  en: ["Sorry, I don't think I understood.", "I'm not sure I got that.", "Sorry, I didn't understand that."],
  es: ["Perdona, creo que no entendí.", "No sé si entendí bien.", "Perdona, no logré entender."]
}

/** The question was asked twice; another one follows. */
export const movesOn: Ways = {
  pt: ["Tudo bem, podemos voltar a isso depois.", "Sem problema, deixamos isso para depois."],
  en: ["That's fine, we can come back to that later.", "No problem, we can leave that for later."],
  es: ["Está bien, podemos volver a eso después.", "No hay problema, lo dejamos para después."]
}

/** The lead does not know or won't say. */
export const respectsSilence: Ways = {
  pt: ["Sem problema.", "Tudo bem, não precisa responder isso agora."],
  en: ["No problem.", "That's fine, you don't need to answer that now."],
  es: ["No hay problema.", "Está bien, no hace falta responder eso ahora."]
}

/** A question that the company's answers don't cover. */
export const cannotTell: Ways = {
  pt: [
    "Essa eu não sei responder com certeza; se quiser, é só pedir que eu passo para uma pessoa da equipe.",
    "Sobre isso eu não tenho a informação aqui. Se preferir, peça para falar com uma pessoa da equipe."
  ],
  en: [
    "I can't answer that with certainty; if you like, just ask and I'll pass you to a person of the team.",
    "I don't have that information here. If you prefer, ask to talk to a person of the team."
  ],
  es: [
    "Eso no lo sé con certeza; si quieres, pídemelo y te paso con una persona del equipo.",
    "No tengo esa información aquí. Si prefieres, pide hablar con una persona del equipo."
  ]
}

/** An audio came. */
export const cannotHear: Ways = {
  pt: ["Recebi seu áudio, mas ainda não consigo ouvir por aqui. Pode me escrever, por favor?"],
  en: ["I got your audio, but I can't listen to it here yet. Could you write it to me, please?"],
  es: ["Recibí tu audio, pero todavía no puedo escucharlo por aquí. ¿Me lo escribes, por favor?"]
}

/** A picture came. */
export const thanksForImage: Ways = {
  pt: ["Recebi sua imagem! Ainda não consigo ver imagens por aqui: pode me contar do que se trata?"],
  en: ["Thanks for the picture! I can't see pictures here yet: could you tell me what it is about?"],
  es: ["¡Gracias por la imagen! Todavía no puedo ver imágenes por aquí: ¿me cuentas de qué se trata?"]
}

/** A video, a document, a place, a contact. */
export const thanksForFile: Ways = {
  pt: ["Recebi seu envio! Ainda não consigo abrir isso por aqui: pode me contar do que se trata?"],
  en: ["Thanks for sending that! I can't open it here yet: could you tell me what it is about?"],
  es: ["¡Gracias por el envío! Todavía no puedo abrirlo por aquí: ¿me cuentas de qué se trata?"]
}

/** The lead says thanks. */
export const welcome: Ways = {
  pt: ["Por nada!", "Imagina, conte comigo!"],
  en: ["You're welcome!", "My pleasure!"],
  es: ["¡De nada!", "¡Con gusto!"]
}

/** The lead says goodbye. */
export const goodbye: Ways = {
  pt: ["Até mais! Quando quiser, é só chamar por aqui."],
  en: ["Talk to you soon! Just write here whenever you like."],
  es: ["¡Hasta pronto! Cuando quieras, escríbeme por aquí."]
}

/** The lead wants nothing, or not now: no question follows. */
export const respectsNo: Ways = {
  pt: ["Tudo bem, sem problema! Se mudar de ideia, é só escrever por aqui."],
  en: ["That's fine, no problem! If you change your mind, just write here."],
  es: ["¡Está bien, no hay problema! Si cambias de idea, escríbeme por aquí."]
}

/** The lead has no time at the moment. */
export const waitsForLead: Ways = {
  pt: ["Sem problema, respondo quando você puder: é só escrever por aqui."],
  en: ["No problem, whenever it suits you: just write here."],
  es: ["No hay problema, cuando puedas: escríbeme por aquí."]
}

/** We have the wrong person. */
export const wrongPerson: Ways = {
  pt: ["Desculpe o engano! Não escrevo mais para este número."],
  en: ["Sorry for the mix-up! I won't write to this number again."],
  es: ["¡Perdona la confusión! No vuelvo a escribir a este número."]
}

/** Confirms an opt-out, with the way back. */
export const optedOut: Ways = {
  pt: ["Tudo bem, não escrevo mais para você. Se mudar de ideia, é só responder VOLTAR."],
  en: ["All right, I won't write to you again. If you change your mind, just reply START."],
  es: ["De acuerdo, no te escribo más. Si cambias de idea, responde VOLVER."]
}

/** Before the hand-over line, to a lead who wants to buy or to be called. */
export const gladly: Ways = { pt: ["Ótimo!"], en: ["Great!"], es: ["¡Genial!"] }

/** All questions were asked. It promises nothing. */
export const allAsked: Ways = {
  pt: ["Era isso que eu precisava saber, agradeço! Se tiver alguma dúvida, é só perguntar."],
  en: ["That was all I needed to know, thank you! If you have any questions, just ask."],
  es: ["Eso era todo lo que necesitaba saber, ¡gracias! Si tienes alguna duda, pregúntame."]
}

/** Nothing to ask and nothing to answer. */
export const stillHere: Ways = {
  pt: ["Se tiver alguma dúvida, é só perguntar.", "Fico à disposição por aqui."],
  en: ["If you have any questions, just ask.", "I'm here if you need anything."],
  es: ["Si tienes alguna duda, pregúntame.", "Aquí estoy si necesitas algo."]
}

/** Before the hand-over line, to a lead who asked for a person. */
export const ofCourse: Ways = { pt: ["Claro!"], en: ["Of course!"], es: ["¡Claro!"] }

/** Before the hand-over line, when we did not understand three times. */
export const letAPerson: Ways = {
  pt: ["Acho que uma pessoa consegue te ajudar melhor nisso."],
  en: ["I think a person can help you better with this."],
  es: ["Creo que una persona te puede ayudar mejor con esto."]
}

/** The first, second and third follow-up, after the "Oi, Ana!". */
export const followUps: Readonly<Record<Language, readonly [string, string, string]>> = {
  pt: [
    "Passando para saber se ainda faz sentido conversarmos.",
    "Imagino que a rotina esteja corrida. Posso ajudar com alguma dúvida?",
    "Não quero incomodar, então deixo a conversa com você: quando quiser retomar, é só responder por aqui."
  ],
  en: [
    "Just checking whether it still makes sense for us to talk.",
    "I imagine things are busy. Is there any question I can help with?",
    "I don't want to bother you, so I leave it with you: whenever you want to go on, just reply here."
  ],
  es: [
    "Paso para saber si todavía tiene sentido que conversemos.",
    "Imagino que andas con poco tiempo. ¿Te ayudo con alguna duda?",
    "No quiero molestar, así que lo dejo en tus manos: cuando quieras retomar, responde por aquí."
  ]
}

/** "Oi, Ana!" or "Oi!" */
export const hello = (language: Language, name: string | undefined): string => {
  const word = { pt: "Oi", en: "Hi", es: "¡Hola" }[language]
  return name === undefined ? `${word}!` : `${word}, ${name}!`
}
