export interface Release {
  readonly version: string;
  /** `YYYY-MM-DD`; undefined where the heading has none. */
  readonly date: string | undefined;
  readonly groups: readonly ChangeGroup[];
}

export interface ChangeGroup {
  /** `Added`, `Changed`, `Fixed`, … */
  readonly title: string;
  readonly changes: readonly string[];
}

const RELEASE_HEADING = /^## \[?(\d+\.\d+\.\d+)\]?(?: - (\d{4}-\d{2}-\d{2}))?$/;
const GROUP_HEADING = /^### (.+)$/;
const CHANGE = /^[-*] (.+)$/;
const CONTINUATION = /^\s{2,}(\S.*)$/;

/** The released versions of a changelog, latest first. Other sections, such as `Unreleased`, are left out. */
export function parseChangelog(markdown: string): Release[] {
  const releases: { version: string; date: string | undefined; groups: { title: string; changes: string[] }[] }[] = [];
  let isInRelease = false;
  for (const line of markdown.split(/\r?\n/)) {
    const release = isInRelease ? releases.at(-1) : undefined;
    const group = release?.groups.at(-1);
    if (line.startsWith('## ')) {
      const [, version, date] = RELEASE_HEADING.exec(line.trimEnd()) ?? [];
      isInRelease = version !== undefined;
      if (version !== undefined) releases.push({ version, date, groups: [] });
    } else if (GROUP_HEADING.test(line)) {
      release?.groups.push({ title: line.slice(4).trim(), changes: [] });
    } else if (CHANGE.test(line)) {
      group?.changes.push(line.slice(2).trim());
    } else if (group !== undefined && CONTINUATION.test(line)) {
      const last = group.changes.pop();
      if (last !== undefined) group.changes.push(`${last} ${line.trim()}`);
    }
  }
  return releases.toSorted((a, b) => compareVersions(b.version, a.version));
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
