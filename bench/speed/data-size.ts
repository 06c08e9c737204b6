// Imported by workflow code as well: it imports nothing.

/** What all readers read. */
export const LARGE_OUTPUT = 1024 * 1024;
export const READERS = 200;
/** Of the tasks whose outputs are stored one by one. */
export const STORED_OUTPUT = 64 * 1024;
export const STORED_OUTPUTS = 200;
