/** A task's handler in a module of its own, as `load` imports it. */
export async function run({ build }: { readonly build: string }): Promise<string> {
  return `deployed ${build}`;
}
