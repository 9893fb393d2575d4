/** A user, and a group, of no rights: every map of more than one id has it. */
export const OTHER = 1;
