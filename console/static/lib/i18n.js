/** I18n: words in the reader's language, from the catalogues that mails and sheets are written from too. */

import { signal } from '@preact/signals';
import { keep, kept } from './kept.js';

/** @type {Record<string, string>} */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' };

/** @type {import('@preact/signals').Signal<Record<string, string>>} */
export const words = signal({});
export const language = signal('en');

const parts = ['']; // of the catalogue that are spoken from
let asked = ''; // the language that is being loaded

/** Load a language and speak it. @param {string} wanted */
export async function speak(wanted) {
  const tag = (asked = closest([wanted]));
  const found = await Promise.all(parts.map((part) => fetch(new URL(`../i18n/${part}${tag}.json`, import.meta.url)).then((answer) => answer.json())));
  if (tag !== asked) return; // another was chosen meanwhile
  words.value = Object.assign({}, ...found);
  language.value = tag;
  document.documentElement.lang = tag;
  keep('language', tag);
}

/** From now on also what the service itself says, which few screens need. */
export async function wholly() {
  parts.push('said/');
  await speak(asked);
}

/** The language chosen last, or the browser's own. */
export function preferred() {
  return closest([kept('language') ?? '', ...navigator.languages]);
}

/**
 * A text of the catalogue with its placeholders filled.
 * @param {string} key @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  const text = words.value[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** Whether the catalogue has a text. @param {string} key */
export function has(key) {
  return key in words.value;
}

/** A word of a family such as `kind.speeding`; what the catalogue does not know is shown as it came. */
export function word(/** @type {string} */ family, /** @type {string | null | undefined} */ name) {
  if (!name) return '';
  const key = `${family}.${name}`;
  return has(key) ? t(key) : name.replaceAll('_', ' ');
}

/** A text that counts: `key.one` or `key.other`. @param {string} key @param {number} n @param {Record<string, unknown>} [values] */
export function counted(key, n, values = {}) {
  const form = new Intl.PluralRules(language.value).select(n) === 'one' ? 'one' : 'other';
  return t(`${key}.${form}`, { ...values, n: new Intl.NumberFormat(language.value).format(n) });
}

/** In the order of the reader's language; Chinese by pinyin. @template T @param {Iterable<T>} found @param {(one: T) => string} [said] @returns {T[]} */
export function inOrder(found, said = String) {
  const { compare } = new Intl.Collator(language.value, { numeric: true });
  return [...found].sort((a, b) => compare(said(a), said(b)));
}

/** @param {readonly string[]} wanted */
function closest(wanted) {
  const known = Object.keys(LANGUAGES);
  for (const tag of wanted) {
    const found = known.find((one) => one === tag || (tag && one.split('-')[0] === tag.split('-')[0]));
    if (found) return found;
  }
  return 'en';
}
