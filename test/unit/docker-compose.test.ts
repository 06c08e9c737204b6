import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { serverArguments } from '../../worker/dev-server-settings.js';

// There is no Docker engine in CI. This checks what would go wrong silently: an image that moves, a port that is open to
// the network, a setting that the server ignores.

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly stop_grace_period?: string;
}

const fromRoot = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(fromRoot(path), 'utf8');

const compose: { readonly services: Readonly<Record<string, Service>> } = parse(read('docker-compose.yml'), {
  merge: true,
});
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');

const isSetupStep = (service: Service) => service.restart?.startsWith('on-failure') === true;

/** What the embedded server is told on its command line, as `--dynamic-config-value key=json`. */
function embeddedSettings(): (readonly [key: string, value: unknown])[] {
  const options = { host: '127.0.0.1', port: 1, uiPort: 2, namespace: 'default', dbFilename: 'memory' };
  const words = serverArguments({ ...options, tuned: true, dynamicConfig: {} });
  return words
    .filter((_, index) => words[index - 1] === '--dynamic-config-value')
    .map((setting) => [setting.slice(0, setting.indexOf('=')), JSON.parse(setting.slice(setting.indexOf('=') + 1))]);
}

describe('docker-compose.yml', () => {
  test.each(services)('%s runs a pinned image, or one built here', (_, { image, build }) => {
    if (image === undefined) expect(build).toBe('.');
    else expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/);
  });

  test('publishes ports to this machine only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports).not.toHaveLength(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test.each(services.filter(([, service]) => !isSetupStep(service)))('%s is watched and restarted', (_, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test[0]).toBe('CMD');
  });

  test.each(services)('%s waits for what can tell that it is ready', (_, { depends_on = {} }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      const needed = compose.services[name];
      expect(needed).toBeDefined();
      expect(condition).toBe(needed && isSetupStep(needed) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  test('names no file that is not there', () => {
    for (const [, service] of services) {
      const words = [
        ...(service.entrypoint ?? []),
        ...(service.command ?? []),
        ...Object.values(service.environment ?? {}),
      ];
      const mounted = words.filter((word) => word.startsWith('/etc/pawl/'));
      if (mounted.length > 0) expect(service.volumes).toContain('./deploy:/etc/pawl:ro');
      for (const path of mounted) expect(existsSync(fromRoot(path.replace('/etc/pawl/', 'deploy/')))).toBe(true);
    }
  });

  test('gives the worker more time to stop than it gives its tasks', () => {
    const [, shutdownGraceTime] = /shutdownGraceTime: '(\d+)s'/.exec(read('worker/create-worker.ts')) ?? [];
    const [, stopGracePeriod] = /^(\d+)s$/.exec(compose.services.worker?.stop_grace_period ?? '') ?? [];
    expect(Number(stopGracePeriod)).toBeGreaterThan(Number(shutdownGraceTime));
  });
});

describe('deploy/dynamicconfig.yaml', () => {
  const text = read('deploy/dynamicconfig.yaml');
  const settings: Readonly<Record<string, readonly { readonly value: unknown; readonly constraints: object }[]>> =
    parse(text);

  test('has the settings of the embedded server, for every namespace and task queue', () => {
    const everywhere = embeddedSettings().map(([key, value]) => [key, [{ value, constraints: {} }]]);
    expect(everywhere).not.toHaveLength(0);
    expect(settings).toEqual(Object.fromEntries(everywhere));
  });

  test('says of each group of settings what it does, what the default is, why it is set, and whether it fits a cluster', () => {
    const comments = text.split(/\n\n(?=# What)/).slice(1);
    expect(comments).not.toHaveLength(0);
    for (const comment of comments) {
      expect(comment).toMatch(/^# What: .*^# Default: .*^# Why .*^# In a cluster: .*^[a-z]+\./ms);
    }
  });
});

describe('Dockerfile', () => {
  test('builds on a pinned image with glibc, which the native part of the SDK needs', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-bookworm-slim$/m);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set([`\${NODE_IMAGE}`]));
  });

  test('starts Node itself, so that SIGTERM reaches the worker', () => {
    expect(dockerfile).toMatch(/^CMD \["node", /m);
    expect(compose.services.worker?.command?.[0]).toBe('node');
  });

  test('copies nothing that .dockerignore keeps out', () => {
    const letIn = new Set(
      read('.dockerignore')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    for (const source of copied.filter((path) => path !== '.')) {
      expect([...letIn].some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
    }
  });
});
