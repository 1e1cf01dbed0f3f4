/** Format: numbers, times and money as the reader's language and the fleet's time zone write them. */

import { signal } from '@preact/signals';
import { now } from './clock.js';
import { language, t } from './i18n.js';

export const zone = signal('UTC'); // of the fleet
const DASH = '–';
const DATE = 10; // characters of a date alone
const YEAR_MS = 365 * 86_400_000;

/** @type {Map<string, any>} */
const made = new Map();

/** @param {number | null | undefined} value @param {number} [digits] @param {string} [unit] */
export function number(value, digits = 0, unit = '') {
  if (value === null || value === undefined || Number.isNaN(value)) return DASH;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' }; // there is no -0.0
  const text = maker(Intl.NumberFormat, options).format(value).replace('-', '−');
  return unit ? `${text}\u00a0${unit}` : text;
}

/** The same where a dash would be taken for nothing: in words that it is not known. @param {number | null | undefined} value @param {number} [digits] @param {string} [unit] */
export function sure(value, digits = 0, unit = '') {
  const text = number(value, digits, unit);
  return text === DASH ? t('unknown') : text;
}

/** A difference, with its sign. @param {number | null | undefined} value @param {number} [digits] */
export function signed(value, digits = 0) {
  if (value === null || value === undefined) return DASH;
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${number(Math.abs(value), digits)}`;
}

/** A share as percent. @param {number | null | undefined} share @param {number} [digits] */
export function percent(share, digits = 0) {
  return share === null || share === undefined ? DASH : number(share * 100, digits, '%');
}

/** An amount to the cent; it comes as a string of decimals, which floats do not hold. */
export function money(/** @type {string | number | null | undefined} */ amount, /** @type {string} */ currency) {
  if (amount === null || amount === undefined) return DASH;
  return maker(Intl.NumberFormat, { style: 'currency', currency, currencyDisplay: 'code' }).format(/** @type {any} */ (amount)).replace('-', '−'); // which lines are not broken after
}

/** @typedef {string | number | Date | null | undefined} Moment  ISO 8601, or UTC epoch seconds */

/** @param {Moment} at @returns {Date | null} */
export function moment(at) {
  if (at === null || at === undefined || at === '') return null;
  const date = typeof at === 'number' ? new Date(at * 1000) : new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Time of day. @param {Moment} at @param {boolean} [seconds] */
export function clock(at, seconds = false) {
  return written(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(seconds && { second: '2-digit' }) });
}

/** Day and time. @param {Moment} at */
export function dayTime(at) {
  const old = Math.abs(now() - (moment(at)?.getTime() ?? 0)) > YEAR_MS / 2;
  return written(at, { ...(old && { year: 'numeric' }), month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Day; a date without a time is that date in every zone. @param {Moment} at */
export function day(at) {
  const whole = typeof at === 'string' && at.length === DATE;
  return written(at, { ...(whole && { timeZone: 'UTC' }), year: 'numeric', month: 'short', day: 'numeric' });
}

/** How long ago, roughly. @param {Moment} at */
export function ago(at) {
  const date = moment(at);
  return date ? t('time.ago', { time: span((now() - date.getTime()) / 1000) }) : DASH;
}

/** A duration, in its two largest units. @param {number | null | undefined} seconds */
export function span(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return DASH;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t('time.s', { s });
  if (s < 3600) return t('time.min', { min: Math.floor(s / 60) });
  if (s < 86400) return t('time.h_min', { h: Math.floor(s / 3600), min: String(Math.floor((s % 3600) / 60)).padStart(2, '0') });
  return t('time.d_h', { d: Math.floor(s / 86400), h: Math.floor((s % 86400) / 3600) });
}

/** @param {Moment} at @param {Intl.DateTimeFormatOptions} options */
function written(at, options) {
  const date = moment(at);
  return date ? maker(Intl.DateTimeFormat, { timeZone: zone.value, ...options }).format(date) : DASH;
}

/** Formatters are dear to make. @param {any} kind @param {object} options */
function maker(kind, options) {
  const key = kind.name + language.value + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new kind(language.value, options));
  return made.get(key);
}
