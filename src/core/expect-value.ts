import { isRecord } from './json.js';
import { MalformedPlanError } from './malformed-plan.js';
import { explainInvalidId, explainInvalidName } from './names.js';
import { PLAN_LIMITS } from './plan-limits.js';

export function duration(value: unknown, place: string): void {
  integer(value, 1, PLAN_LIMITS.duration, place);
}

export function coefficient(value: unknown, place: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 1) throw wrong('a number from 1', value, place);
}

export function name(value: unknown, place: string): string {
  const problem = explainInvalidName(value);
  if (problem !== undefined) throw new MalformedPlanError(problem, { place });
  return value as string; // a name is a string
}

export function id(value: unknown, place: string): string {
  const problem = explainInvalidId(value);
  if (problem !== undefined) throw new MalformedPlanError(problem, { place });
  return value as string; // an id is a string
}

export function namesOf(value: unknown, place: string): readonly string[] {
  return array(value, place).map((entry, i) => name(entry, `${place}[${i}]`));
}

export function strings(value: unknown, place: string): readonly unknown[] {
  return array(value, place).map((entry, i) => string(entry, `${place}[${i}]`));
}

export function optional<T>(value: unknown, read: (value: unknown, place: string) => T, place: string): T | undefined {
  return value === undefined ? undefined : read(value, place);
}

export function record(value: unknown, place: string): Record<string, unknown> {
  if (!isRecord(value)) throw wrong('an object', value, place);
  return value;
}

export function array(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong('an array', value, place);
  return value;
}

export function string(value: unknown, place: string): string {
  if (typeof value !== 'string') throw wrong('a string', value, place);
  return value;
}

export function integer(value: unknown, least: number, most: number, place: string): void {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw wrong(
      most < least ? 'nothing (there is nothing to refer to)' : `an integer from ${least} to ${most}`,
      value,
      place,
    );
  }
}

export function oneOf(value: unknown, allowed: readonly string[], place: string): void {
  if (typeof value !== 'string' || !allowed.includes(value)) throw wrong(`one of ${allowed.join(', ')}`, value, place);
}

/** At least one of these, each once. */
export function choices(value: unknown, allowed: readonly string[], place: string): void {
  const chosen = array(value, place);
  if (chosen.length === 0 || new Set(chosen).size < chosen.length) throw wrong('some, each once', value, place);
  chosen.forEach((choice, i) => {
    oneOf(choice, allowed, `${place}[${i}]`);
  });
}

/** Of a field that is left out instead of being false. */
export function isTrue(value: unknown, place: string): void {
  if (value !== true) throw wrong('true, or nothing', value, place);
}

export function wrong(expected: string, value: unknown, place: string): MalformedPlanError {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  return new MalformedPlanError(`expected ${expected}, got ${shown}`, {
    place,
    hint: 'start the run with a plan that `engine.plan` or `compile` made, or without one',
  });
}
