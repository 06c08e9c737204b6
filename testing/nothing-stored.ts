/** In this process outputs travel themselves, however large. */
export async function nothingStored(): Promise<never> {
  throw new RangeError('in process nothing is stored');
}
