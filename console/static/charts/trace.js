/** Trace: what a vehicle measured second by second, a strip a signal with one cursor, broken at silences; the table says the same. */

import { html, useEffect, useMemo, useRef, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { clock, dayTime, number, zone } from '../lib/format.js';
import { sheet } from '../lib/sheet.js';
import { theme } from '../lib/theme.js';
import { heard, held } from './silence.js';

/** @typedef {{ key: string, values: (number | null)[] }} Line */
/** @typedef {{ key: string, unit: string, lines: Line[], limit?: (number | null)[], thresholds?: number[], least?: number }} Strip  `least`: what the axis spans at least */

const HIGH = 120;
const ROWS = 300;
const DAY_S = 86_400;
const INK = {
  light: { lines: ['#0072b2', '#a34400', '#1b6e4b', '#7a5a00'], second: '#a34400', grid: '#d3dae0', text: '#4d5963', mark: '#b3184a' },
  dark: { lines: ['#56b4e9', '#ffa566', '#6fd0a5', '#f0c04a'], second: '#ffa566', grid: '#2c3946', text: '#a9b5c0', mark: '#ff8fb0' },
};
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]]; // of as many lines as there are colours, one after the other

/**
 * @param {{ caption: string, times: number[], strips: Strip[], mark?: number | null, at?: number, onAt?: (index: number) => void, dated?: boolean }} given
 *   `times` UTC epoch seconds, shown with their day where they are `dated`; `mark` a moment to point out; `at` where the cursor is put
 */
export function Trace({ caption, times, strips, mark = null, at, onAt, dated = times[times.length - 1] - times[0] > DAY_S }) {
  const table = useSignal(false);
  if (!times.length) return null;
  const shown = strips.filter(measured);
  return html`<figure class="trace">
    <figcaption>${caption} <button aria-pressed=${table.value} onClick=${() => (table.value = !table.value)}>${t('live.table')}</button></figcaption>
    ${table.value
      ? html`<${Rows} caption=${caption} times=${times} strips=${shown} dated=${dated} />`
      : shown.map((strip) => html`<${Plot} key=${strip.key} times=${times} strip=${strip} mark=${mark} at=${at} onAt=${onAt} dated=${dated} />`)}
  </figure>`;
}

/** Whether there is anything to draw. @param {Strip} strip */
export function measured({ lines }) {
  return lines.some(({ values }) => values.some((value) => value !== null));
}

/** @param {{ times: number[], strip: Strip, mark: number | null, at?: number, onAt?: (index: number) => void, dated: boolean }} given */
function Plot({ times, strip, mark, at, onAt, dated }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const tell = useRef(onAt);
  tell.current = onAt;
  useEffect(() => {
    let gone = false;
    const box = /** @type {HTMLElement} */ (place.current);
    const fit = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height: HIGH }));
    void Promise.all([import('uplot'), sheet('vendor/uPlot.min.css')]).then(([{ default: UPlot }]) => {
      if (gone) return;
      const drawn = heard(times, [...strip.lines.map(({ values }) => values), ...(strip.limit ? [strip.limit] : [])]);
      const told = (/** @type {number} */ k) => tell.current?.(drawn.rows[k]);
      plot.current = new UPlot(options(box.clientWidth, strip, mark, told, dated, drawn.points), [drawn.times, ...drawn.columns], box);
      fit.observe(box);
    });
    return () => {
      gone = true;
      fit.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [times, strip.key, theme.value, zone.value]);
  useEffect(() => {
    if (at === undefined || !plot.current) return;
    plot.current.setCursor({ left: plot.current.valToPos(times[at], 'x'), top: HIGH / 2 }, false);
  }, [at]);
  return html`<div class="strip"><p><${Heading} times=${times} strip=${strip} at=${at} /></p>
    <div ref=${place} role="img" aria-label=${t('trace.label', range(strip))}></div></div>`;
}

/** What is drawn, its value at the cursor, and which line is whose where there are several. @param {{ times: number[], strip: Strip, at?: number }} given */
function Heading({ times, strip: { key, unit, lines }, at }) {
  const values = useMemo(() => (at === undefined ? [] : lines.map((line) => held(times, line.values))), [times, key, at === undefined]);
  const value = (/** @type {number} */ k) => (at === undefined ? null : values[k]?.[at]) ?? null;
  const said = (/** @type {number} */ k) => value(k) !== null && html` <b>${number(value(k), 1, unit)}</b>`;
  if (lines.length === 1) return html`${named(key)}${said(0) || html` <small>${unit}</small>`}`;
  const { lines: inks } = INK[theme.value];
  return html`${named(key)} <small>${unit}</small>${lines.map((line, k) => html`<span key=${line.key} class="drawn"><svg width="24" height="8" aria-hidden="true"><path d="M0 4H24" stroke=${inks[k % inks.length]} stroke-width="2" stroke-dasharray=${dash(k).join(' ')} /></svg> ${named(line.key)}${said(k)}</span>`)}`;
}

/** How the line of a place is dashed. @param {number} k */
function dash(k) {
  return DASHES[Math.floor(k / INK.light.lines.length) % DASHES.length];
}

/** @param {Strip} strip */
function range(strip) {
  const values = /** @type {number[]} */ (strip.lines.flatMap((line) => line.values).filter((value) => value !== null));
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  return { signal: named(strip.key), low: number(low, 1, strip.unit), high: number(high, 1, strip.unit) };
}

/** @param {number} width @param {Strip} strip @param {number | null} mark @param {(index: number) => void} tell @param {boolean} dated @param {boolean[]} points */
function options(width, strip, mark, tell, dated, points) {
  const ink = INK[theme.value];
  const axis = { stroke: ink.text, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false }, font: '12px system-ui' };
  return {
    width,
    height: HIGH,
    padding: [null, dated ? 48 : 28, null, null],
    legend: { show: false },
    cursor: { sync: { key: 'trace' }, y: false, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => room(low, high, strip.thresholds ?? [], strip.least) } },
    tzDate: (/** @type {number} */ ts) => new Date(new Date(ts * 1000).toLocaleString('en-US', { timeZone: zone.value })),
    axes: [{ ...axis, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => told(one, dated)), space: dated ? 110 : 90, size: 26 }, { ...axis, size: 46, space: 22 }],
    series: [
      {},
      ...strip.lines.map((_, k) => ({ stroke: ink.lines[k % ink.lines.length], width: 2, dash: dash(k), points: { show: points[k] && strip.lines.length === 1, size: 6 } })),
      ...(strip.limit ? [{ stroke: ink.second, width: 1.5, dash: [6, 4], points: { show: false } }] : []),
    ],
    hooks: {
      draw: [(/** @type {any} */ plot) => lines(plot, ink, mark, strip.thresholds ?? [])],
      setCursor: [(/** @type {any} */ plot) => plot.cursor.event && plot.cursor.idx !== null && tell(plot.cursor.idx)],
    },
  };
}

/** From the least to the greatest, thresholds too, and a little more. @param {number} low @param {number} high @param {number[]} thresholds @param {number} [least] */
function room(low, high, thresholds, least = 0) {
  const [from, to] = [Math.min(low, ...thresholds), Math.max(high, ...thresholds)];
  const short = Math.max(0, least - (to - from)) / 2;
  const [a, b] = [from - short, to + short];
  const more = (b - a || 1) * 0.08;
  return [a < 0 ? a - more : Math.max(0, a - more), b + more];
}

/** The moment pointed out, and the threshold. @param {any} plot @param {any} ink @param {number | null} mark @param {number[]} thresholds */
function lines(plot, ink, mark, thresholds) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ink.mark;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  if (mark !== null) {
    const x = plot.valToPos(mark, 'x', true);
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  for (const threshold of thresholds) {
    const y = plot.valToPos(threshold, 'y', true);
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
  }
  ctx.stroke();
  ctx.restore();
}

/** @param {{ caption: string, times: number[], strips: Strip[], dated: boolean }} given */
function Rows({ caption, times, strips, dated }) {
  const step = Math.max(1, Math.ceil(times.length / ROWS));
  const lines = strips.flatMap(({ unit, lines }) => lines.map((line) => ({ ...line, unit })));
  const shown = times.map((_, k) => k).filter((k) => k % step === 0);
  return html`<div class="scroller tall" tabindex="0" role="region" aria-label=${caption}><table>
    <caption>${step > 1 ? t('trace.every', { n: step }) : caption}</caption>
    <thead><tr><th scope="col">${t('col.time')}</th>${lines.map((one) => html`<th scope="col" class="number">${named(one.key)} (${one.unit})</th>`)}</tr></thead>
    <tbody>${shown.map((k) => html`<tr key=${k}><th scope="row" data-label=${t('col.time')}>${told(times[k], dated)}</th>${lines.map((one) => html`<td class="number" data-label=${named(one.key)}>${number(one.values[k], 1)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** @param {number} at @param {boolean} dated */
function told(at, dated) {
  return dated ? dayTime(at) : clock(at, true);
}

/** What a signal is called. @param {string} key */
export function named(key) {
  const [, wheel] = /^tyre_(.*)_pressure_kpa$/.exec(key) ?? [];
  return wheel ? t('signal.tyre', { wheel }) : word('signal', key);
}
