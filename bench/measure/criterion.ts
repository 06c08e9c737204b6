/** Something that must hold. */
export interface Criterion {
  readonly what: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** Returns whether all of them hold. */
export function printCriteria(criteria: readonly Criterion[]): boolean {
  console.log();
  for (const { what, measured, holds } of criteria) console.log(`${holds ? 'PASS' : 'FAIL'}  ${what}: ${measured}`);
  return criteria.every(({ holds }) => holds);
}
