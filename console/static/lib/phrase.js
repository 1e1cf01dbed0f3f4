/** Phrase: what the service says in English sentences, in the reader's language; fetched with the screens that show them. */

import { computed } from '@preact/signals';
import { has, language, t, words } from './i18n.js';

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
