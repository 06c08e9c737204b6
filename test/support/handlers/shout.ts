/** A handler in a module of its own. */
export const run = async ({ word }: { word: string }) => `${word.toUpperCase()}!`;
