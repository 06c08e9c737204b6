#!/usr/bin/env node
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseChangelog } from './parse-changelog.js';
import { renderPage } from './render-page.js';

const OUT = 'dist';

const { name, version } = JSON.parse(await readFile('package.json', 'utf8')) as { name: string; version: string }; // npm refuses a package without them
const releases = parseChangelog(await readFile('CHANGELOG.md', 'utf8'));

if (releases.some((release) => release.version === version)) {
  await mkdir(OUT, { recursive: true });
  await writeFile(`${OUT}/index.html`, renderPage(name, releases));
  await writeFile(`${OUT}/version.json`, `${JSON.stringify({ name, version })}\n`);
  console.log(`${OUT}/index.html: ${releases.length} releases, the latest is ${version}`);
} else {
  console.error(`CHANGELOG.md has no section for version ${version}; add "## [${version}] - YYYY-MM-DD"`);
  process.exitCode = 1;
}
