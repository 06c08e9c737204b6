import { medianOf, ratioOf, samplesOf } from './compare-samples.js';
import { CONTENDERS, type Contender } from './contenders.js';
import type { Sample } from './measure-contender.js';

const WIDTH = 860;
const LEFT = 150;
const RIGHT = 110;
const BAR = 16;
const GROUP_GAP = 34;
const TOP = 64;
/** Beyond it a bar is cut. */
const MOST = 2;

/** Colours that stand out on white and on black. */
const COLOURS: Readonly<Record<Contender['letter'], string>> = {
  a: '#8a8f98',
  b: '#3b82f6',
  c: '#22a06b',
  d: '#c9a227',
  e: '#a78bfa',
};

/** Each contender's time by workload, relative to what is written by hand with activities, as an SVG picture for light and dark pages. */
export function drawChart(samples: readonly Sample[], caption: readonly string[]): string {
  const bars: string[] = [];
  let y = TOP;
  for (const name of new Set(samples.map(({ workload }) => workload))) {
    const ran = CONTENDERS.filter(({ letter }) => samplesOf(samples, name, letter).length > 0);
    bars.push(text(LEFT - 10, y + (ran.length * BAR) / 2 + 4, name, 'end', 600));
    for (const { letter } of ran) {
      bars.push(...drawBar(samples, name, letter, y));
      y += BAR;
    }
    y += GROUP_GAP;
  }
  const height = y + caption.length * 16;
  const one = x(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<style>text { fill: #57606a } @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }</style>',
    text(20, 24, 'Time of a run, relative to Temporal by hand (a): shorter is faster', 'start', 600, 15),
    ...drawLegend(),
    `<line x1="${one}" y1="${TOP - 8}" x2="${one}" y2="${y - GROUP_GAP + 8}" stroke="#8a8f98" stroke-dasharray="3 3"/>`,
    ...bars,
    ...caption.map((line, n) => text(20, y + n * 16, line, 'start', 400, 11)),
    '</svg>',
    '',
  ].join('\n');
}

function drawBar(samples: readonly Sample[], workload: string, letter: Contender['letter'], y: number): string[] {
  const ratio = ratioOf(samples, workload, letter, 'a');
  if (ratio === undefined) return [];
  const middle = y + BAR / 2 - 1;
  const time = medianOf(samplesOf(samples, workload, letter), (sample) => sample.time);
  const [low, high] = [x(ratio.low), x(ratio.high)];
  return [
    `<rect x="${LEFT}" y="${y}" width="${round(x(ratio.median) - LEFT)}" height="${BAR - 3}" rx="2" fill="${COLOURS[letter]}"/>`,
    ...(letter === 'a' ? [] : [`<line x1="${low}" y1="${middle}" x2="${high}" y2="${middle}" stroke="#57606a"/>`]),
    text(
      Math.max(x(ratio.median), high) + 8,
      y + 11,
      `${ratio.median.toFixed(2)} · ${time.toFixed(0)} ms`,
      'start',
      400,
    ),
  ];
}

function drawLegend(): string[] {
  let left = 20;
  return CONTENDERS.flatMap(({ letter, title }) => {
    const label = `(${letter}) ${title}`;
    const drawn = [
      `<rect x="${left}" y="36" width="10" height="10" rx="2" fill="${COLOURS[letter]}"/>`,
      text(left + 15, 45, label, 'start', 400),
    ];
    left += 40 + label.length * 6.2;
    return drawn;
  });
}

function x(ratio: number): number {
  return round(LEFT + (Math.min(ratio, MOST) / MOST) * (WIDTH - LEFT - RIGHT));
}

function text(left: number, y: number, content: string, anchor: string, weight: number, size = 12): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${round(left)}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" font-size="${size}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
