/** I18n: words in the reader's language, from the catalogues that mails and sheets are written from too. */

import { computed, signal } from '@preact/signals';
import { keep, kept } from './kept.js';

/** @type {Record<string, string>} */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' };

/** @type {import('@preact/signals').Signal<Record<string, string>>} */
const words = signal({});
export const language = signal('en');

/** Load a language and speak it. @param {string} wanted */
export async function speak(wanted) {
  const tag = closest([wanted]);
  const answer = await fetch(new URL(`../i18n/${tag}.json`, import.meta.url));
  words.value = await answer.json();
  language.value = tag;
  document.documentElement.lang = tag;
  keep('language', tag);
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

const PHRASE = 'phrase.'; // of keys that are what the service says in English, with holes for what varies

/** Phrases with holes, those that say most first. */
const patterns = computed(() => {
  const keys = Object.keys(words.value).filter((key) => key.startsWith(PHRASE) && key.includes('{'));
  const plain = (/** @type {string} */ key) => key.replace(/\{\w+\}/g, '').length;
  return keys.sort((a, b) => plain(b) - plain(a) || (a < b ? -1 : 1)).map((key) => ({ key, pattern: pattern(key.slice(PHRASE.length)) }));
});

/** @param {string} text */
function pattern(text) {
  const literal = (/** @type {string} */ part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`^${text.split(/\{(\w+)\}/).map((part, k) => (k % 2 ? `(?<${part}>${part.length === 1 || part === 'of' ? '[-+\\d.,%]+' : '.+?'})` : literal(part))).join('')}$`, 's');
}

/** What the service says in English, in the reader's language, or the name of a cover, a class or a model; what the catalogue does not know is as it came. @param {string} text @returns {string} */
export function phrase(text) {
  if (language.value === 'en') return text;
  const exact = [PHRASE, 'cover.', 'class.', 'model.'].find((family) => has(family + text));
  if (exact) return t(exact + text);
  for (const { key, pattern: form } of patterns.value) {
    const holes = form.exec(text)?.groups;
    if (holes) return t(key, Object.fromEntries(Object.entries(holes).map(([name, value]) => [name, phrase(value)])));
  }
  return text;
}

/** A text that counts: `key.one` or `key.other`. @param {string} key @param {number} n */
export function counted(key, n) {
  const form = new Intl.PluralRules(language.value).select(n) === 'one' ? 'one' : 'other';
  return t(`${key}.${form}`, { n: new Intl.NumberFormat(language.value).format(n) });
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
