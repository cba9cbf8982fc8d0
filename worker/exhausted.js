/** Behind the last case of a switch: tsc finds a kind that has none. @param {never} kind @returns {never} */
export const exhausted = (kind) => kind;
