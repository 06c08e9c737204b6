import { z } from 'zod';
import { serveFolder } from '../serve-folder.js';
import { enterTask, type ReleaseContext } from '../workspace.js';
import { type Deployment, liveFolder, RELEASE_FILE } from './deploy.js';

const versionFile = z.object({ name: z.string(), version: z.string() });
const releaseFile = versionFile.extend({ release: z.string() });

/** Milliseconds for one answer. */
const ANSWER_TIMEOUT = 5_000;

/** Asks the site which release is live, and whether the page and the version file of the package itself are there. */
export async function smokeTest({ release, files }: Deployment, ctx: ReleaseContext) {
  await enterTask(ctx);
  const { url, root } = ctx.input;
  if (url !== undefined) return askSite(url, release, files, ctx.signal);
  await using site = await serveFolder(liveFolder(root));
  return await askSite(site.url, release, files, ctx.signal); // not before the answer: the site closes with this scope
}

async function askSite(url: string, release: string, files: readonly string[], signal: AbortSignal) {
  const get = async (file: string) => {
    const address = `${url.replace(/\/$/, '')}/${file}`;
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT);
    const answer = await fetch(address, { signal: AbortSignal.any([signal, timeout]) }).catch((cause: Error) => {
      // What fetch itself says is "fetch failed"; why is in its cause.
      throw new Error(`${address} does not answer: ${cause.cause ?? cause}`, { cause });
    });
    if (!answer.ok) throw new Error(`${address} answers ${answer.status} ${answer.statusText}`);
    return { address, answer };
  };

  const { address, answer } = await get(RELEASE_FILE);
  const live = releaseFile.parse(await answer.json());
  if (live.release !== release) throw new Error(`${address} says that ${live.release} is live, not ${release}`);

  let page: string | undefined;
  for (const file of files) {
    const { address, answer } = await get(file);
    if (file.endsWith('.html')) {
      if (!(await answer.text()).includes('<')) throw new Error(`${address} is not a page`);
      page ??= address;
    } else {
      const { data } = versionFile.safeParse(await answer.json());
      if (data?.name === live.name && data.version !== live.version) {
        throw new Error(`${address} says version ${data.version}, not ${live.version}`);
      }
    }
  }
  return { version: live.version, asked: files.length + 1, ...(page !== undefined && { page }) };
}
