export async function release(): Promise<string> {
  return 'written by hand';
}
