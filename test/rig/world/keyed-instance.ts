/** The account that leads of the keyed channel write to. */
export const keyedInstance = "keyed-main"
