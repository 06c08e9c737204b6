export default async function fallback(): Promise<string> {
  return 'for every type that is not known';
}
