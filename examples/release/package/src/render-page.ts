import type { ChangeGroup, Release } from './parse-changelog.js';

/** A whole HTML page without scripts or files of its own. */
export function renderPage(name: string, releases: readonly Release[]): string {
  const [latest] = releases;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)} ${escapeHtml(latest?.version ?? '')}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
${latest === undefined ? '<p>Nothing is released yet.</p>' : `<p>The latest release is <strong>${escapeHtml(latest.version)}</strong>.</p>`}
</header>
<main>
${releases.map(renderRelease).join('\n')}
</main>
</body>
</html>
`;
}

function renderRelease({ version, date, groups }: Release): string {
  const time = date === undefined ? '' : ` <time datetime="${date}">${date}</time>`;
  return `<section id="${escapeHtml(version)}">
<h2>${escapeHtml(version)}${time}</h2>
${groups.map(renderGroup).join('\n')}
</section>`;
}

function renderGroup({ title, changes }: ChangeGroup): string {
  const items = changes.map((change) => `<li>${renderText(change)}</li>`).join('\n');
  return `<h3 class="${escapeHtml(title.toLowerCase())}">${escapeHtml(title)}</h3>
<ul>
${items}
</ul>`;
}

/** Escaped, with code between backticks as code. */
function renderText(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif; }
body { max-width: 42rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 2.4rem; letter-spacing: -0.02em; }
h2 { margin: 3rem 0 0; border-bottom: 1px solid #8884; padding-bottom: 0.3rem; }
h2 time { float: right; font-size: 0.9rem; font-weight: normal; line-height: 2.4; opacity: 0.6; }
h3 { display: inline-block; margin: 1.2rem 0 0; padding: 0 0.6rem; border-radius: 1rem; background: #8883; font-size: 0.85rem; }
h3.added { background: #2da44e44; }
h3.fixed { background: #0969da44; }
h3.security { background: #cf222e44; }
ul { margin: 0.5rem 0 0; padding-left: 1.3rem; }
code { padding: 0.1em 0.35em; border-radius: 0.3em; background: #8882; font-size: 0.9em; }
`;
