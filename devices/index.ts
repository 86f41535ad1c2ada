/** Every family that ships, in the order in which they are asked whether a topic is theirs. */
export const families = []
