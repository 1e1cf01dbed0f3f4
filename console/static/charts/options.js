/** Options: what each kind of chart looks like - told apart by shape and dash as well as by colour, in both themes. */

import { t } from '../lib/i18n.js';
import { number, percent } from '../lib/format.js';

/** @typedef {{ one: string, two: string, bar: string, edge: string, text: string, grid: string, panel: string }} Ink */

/** Of Okabe and Ito's palette, darkened or lightened until they stand out from the panel. @type {Record<'light' | 'dark', Ink>} */
export const INK = {
  light: { one: '#0072b2', two: '#a34400', bar: '#c9d4dd', edge: '#74828e', text: '#18222c', grid: '#d3dae0', panel: '#ffffff' },
  dark: { one: '#56b4e9', two: '#ffa566', bar: '#33475a', edge: '#8797a6', text: '#e8edf2', grid: '#2c3946', panel: '#17202a' },
};

/** @typedef {{ name: string, value: number | null, low: number | null, high: number | null, off?: boolean | null }} Point */

/**
 * Exposure as bars, the relativity in force as a line, what claims ask for as points with their intervals.
 * @param {{ names: string[], exposure: number[], relativity: (number | null)[], points: Point[] }} given
 */
export function factor({ names, exposure, relativity, points }) {
  return (/** @type {Ink} */ ink, /** @type {number} */ wide) => ({
    ...frame(ink),
    xAxis: categories(ink, wide, names),
    yAxis: [
      values(ink, t('factors.relativity'), { scale: true }),
      values(ink, t('portfolio.days'), { position: 'right', max: Math.ceil(Math.max(1, ...exposure) * 2.2), axisLabel: { color: ink.text, formatter: plain, showMaxLabel: false }, splitLine: { show: false } }),
    ],
    series: [
      bars(ink, t('portfolio.days'), exposure, { yAxisIndex: 1 }),
      line(ink.one, t('factors.in_force'), relativity, { symbol: 'circle', markLine: level(ink) }),
      ...interval(ink.two, t('factors.asked'), points),
    ],
  });
}

/** A/E with intervals around 1. @param {{ points: Point[], axis: string }} given */
export function ratios({ points, axis }) {
  return (/** @type {Ink} */ ink, /** @type {number} */ wide) => ({
    ...frame(ink),
    xAxis: categories(ink, wide, points.map((one) => one.name), axis),
    yAxis: values(ink, t('lift.ae'), { min: 0 }),
    series: [...interval(ink.one, t('lift.ae'), points), { type: 'line', data: [], markLine: level(ink) }],
  });
}

/** Series over places. @param {{ names: string[], axis: string, series: { name: string, values: (number | null)[] }[], base?: number }} given */
export function lines({ names, axis, series, base }) {
  return (/** @type {Ink} */ ink, /** @type {number} */ wide) => ({
    ...frame(ink),
    xAxis: categories(ink, wide, names, axis),
    yAxis: values(ink, '', { scale: true }),
    series: series.map((one, k) => line([ink.one, ink.two][k % 2], one.name, one.values, { ...MARKS[k % 2], ...(k === 0 && base !== undefined && { markLine: level(ink, base) }) })),
  });
}

/** Lorenz curves and the diagonal. @param {{ x: number[], series: { name: string, values: number[] }[] }} given */
export function curves({ x, series }) {
  return (/** @type {Ink} */ ink) => ({
    ...frame(ink),
    xAxis: { ...values(ink, t('lift.exposure_share'), { max: 1 }), axisLabel: { color: ink.text, formatter: (/** @type {number} */ v) => percent(v) }, nameLocation: 'middle', nameGap: 28 },
    yAxis: { ...values(ink, t('lift.claims_share'), { max: 1 }), axisLabel: { color: ink.text, formatter: (/** @type {number} */ v) => percent(v) } },
    series: [
      ...series.map((one, k) => line([ink.one, ink.two][k % 2], one.name, x.map((at, i) => [at, one.values[i]]), { ...MARKS[k % 2], symbol: 'none' })),
      line(ink.edge, t('lift.no_order'), [[0, 0], [1, 1]], { symbol: 'none', lineStyle: { type: 'dotted', color: ink.edge, width: 1.5 } }),
    ],
  });
}

/** A bar a name, lines over them. @param {{ names: string[], axis: string, heights: (number | null)[], name: string, series?: { name: string, values: (number | null)[] }[] }} given */
export function columns({ names, axis, heights, name, series = [] }) {
  return (/** @type {Ink} */ ink, /** @type {number} */ wide) => ({
    ...frame(ink),
    xAxis: categories(ink, wide, names, axis),
    yAxis: values(ink, '', { min: 0, minInterval: heights.every(Number.isInteger) ? 1 : 0 }),
    series: [bars(ink, name, heights), ...series.map((one, k) => line([ink.one, ink.two][k % 2], one.name, one.values, MARKS[k % 2]))],
  });
}

const MARKS = [{ symbol: 'circle' }, { symbol: 'diamond', lineStyle: { type: 'dashed' } }];

/** @param {Ink} ink */
function frame(ink) {
  return {
    grid: { left: 8, right: 8, bottom: 34, containLabel: true },
    textStyle: { color: ink.text, fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { top: 0, itemGap: 18, textStyle: { color: ink.text } },
    tooltip: { trigger: 'axis', backgroundColor: ink.panel, borderColor: ink.edge, textStyle: { color: ink.text }, valueFormatter: (/** @type {any} */ v) => (typeof v === 'number' ? number(v, Math.abs(v) < 100 ? 3 : 0) : '–') },
  };
}

/** @param {Ink} ink @param {number} wide @param {string[]} data @param {string} [name] */
function categories(ink, wide, data, name = '') {
  const { high, ...labels } = standing(data, (wide - ASIDE) / Math.max(1, data.length));
  return { type: 'category', data, name, nameLocation: 'middle', nameGap: high + 12, axisLabel: { color: ink.text, hideOverlap: false, ...labels }, axisLine: { lineStyle: { color: ink.edge } } };
}

const ASIDE = 90; // px beside the bars, for the numbers of the axes
const LINE = 15; // px that a line of text is high
const LONGEST = 110; // px of a label

/**
 * How labels stand so that each has its place: level, else on end, and not all of them only where a line of text is wider than a place.
 * @param {string[]} data @param {number} place  px that each has
 */
export function standing(data, place) {
  const long = Math.min(LONGEST, Math.max(0, ...data.map(length)));
  const cut = { width: LONGEST, overflow: 'truncate' };
  if (long + 6 <= place) return { interval: 0, rotate: 0, high: LINE, ...cut };
  if (place >= 1.5 * LINE) return { interval: 0, rotate: 45, high: 0.7 * (long + LINE), ...cut };
  return { interval: Math.max(0, Math.ceil(LINE / Math.max(place, 1)) - 1), rotate: 90, high: long, ...cut };
}

/** About how many px a text of 12 px takes; a Han character is as wide as high. @param {string} text */
function length(text) {
  return [...text].reduce((sum, one) => sum + (one > '\u2e80' ? 12 : 7), 0);
}

/** A number on an axis, as the reader's language writes it. @param {number} v */
function plain(v) {
  return number(v, Number.isInteger(v) ? 0 : Math.abs(v) < 0.1 ? 3 : 2);
}

/** @param {Ink} ink @param {string} name @param {any} more */
function values(ink, name, more) {
  return { type: 'value', name, nameTextStyle: { color: ink.text, align: more.position === 'right' ? 'right' : 'left' }, axisLabel: { color: ink.text, formatter: plain }, splitLine: { lineStyle: { color: ink.grid } }, ...more };
}

/** @param {Ink} ink @param {string} name @param {(number | null)[]} data @param {object} [more] */
function bars(ink, name, data, more = {}) {
  return { type: 'bar', name, data, barMaxWidth: 48, itemStyle: { color: ink.bar, borderColor: ink.edge, borderWidth: 1, decal: { symbol: 'none' } }, ...more };
}

/** @param {string} color @param {string} name @param {any[]} data @param {any} more */
function line(color, name, data, more) {
  return { type: 'line', name, data, symbolSize: 9, itemStyle: { color }, connectNulls: false, ...more, lineStyle: { color, width: 2, ...more.lineStyle } };
}

/** A dashed line at what would be right. @param {Ink} ink @param {number} [at] */
function level(ink, at = 1) {
  return { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: ink.text, type: 'dashed', width: 1 }, data: [{ yAxis: at }] };
}

/** Points with whiskers; a hollow diamond is off, a full circle is not. @param {string} color @param {string} name @param {Point[]} points */
function interval(color, name, points) {
  const known = points.map((one, k) => ({ ...one, k })).filter((one) => one.value !== null);
  return [
    { type: 'line', name, data: points.map((one) => ({ value: one.value, symbol: one.off ? 'emptyDiamond' : 'circle' })), symbolSize: 10, itemStyle: { color }, lineStyle: { width: 0, opacity: 0 } },
    { type: 'custom', name, itemStyle: { color }, data: known.map((one) => [one.k, one.low, one.high]), encode: { x: 0, y: [1, 2] }, tooltip: { show: false }, renderItem: (/** @type {any} */ _, /** @type {any} */ api) => whisker(api, color) },
  ];
}

/** @param {any} api @param {string} color */
function whisker(api, color) {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const high = api.coord([api.value(0), api.value(2)])[1];
  const stroke = (/** @type {number[]} */ [x1, y1, x2, y2]) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: color, lineWidth: 2 } });
  return { type: 'group', children: [[x, low, x, high], [x - 5, low, x + 5, low], [x - 5, high, x + 5, high]].map(stroke) };
}
