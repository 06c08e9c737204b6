import type { DefinitionProblemCode } from './definition-error.js';

/** Takes a problem of a definition; `place` is the path inside of it. */
export type Report = (code: DefinitionProblemCode, place: string, message: string, hint?: string) => void;
