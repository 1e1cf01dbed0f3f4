/** Phrase: what the service says in English sentences, in the reader's language; fetched with the screens that show them, as are the words for them. */

import { computed } from '@preact/signals';
import { has, language, t, wholly, word, words } from './i18n.js';

await wholly();

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

/** A unit, which a heading of the same name may say otherwise. @param {string} text */
export function unit(text) {
  return has(`unit.${text}`) ? t(`unit.${text}`) : phrase(text);
}

/** @typedef {{ code: string, values: Record<string, string> }} Said  a sentence by its code, and what fills its holes */
const NAMES = ['rows.', 'cell.', 'means.', 'class.', 'kind.', 'threshold.', 'priority.', 'dismissal.', 'task.', 'outcome.', 'task_state.', 'did.', 'role.', 'shelf.'];

/** A sentence of the service; of one without a code, what the catalogue knows. @param {Said | null | undefined} said @param {string} [text]  the same in English */
export function told(said, text = '') {
  if (language.value === 'en' && text) return text;
  if (said && has(`say.${said.code}`)) return t(`say.${said.code}`, Object.fromEntries(Object.entries(said.values).map(([name, value]) => [name, named(value)])));
  const known = phrase(text);
  return known === text ? '' : known;
}

/** All that is against something. @param {Record<string, any>} body  of a problem @returns {string} */
export function against({ problems, said, detail = '' }) {
  if (!problems) return told(said, detail);
  return problems.map((/** @type {any} */ one) => `${word('cell', one.column)}: ${told(one.said[0], one.what)}; ${told(one.said[1], one.todo)}`).join(' ');
}

/** Names of columns and the like in the reader's words. @param {string} value */
function named(value) {
  const one = (/** @type {string} */ name) => NAMES.map((family) => family + name).find(has);
  return value.split(', ').map((name) => (one(name) ? t(/** @type {string} */ (one(name))) : name)).join(', ');
}
