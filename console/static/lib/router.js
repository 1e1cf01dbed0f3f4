/**
 * Router: what is shown and how it is filtered, all of it in the address.
 *
 * It stands behind the `#`, which browsers send to nobody; what a screen asks the service for is another matter (docs/console.md).
 */

import { signal } from '@preact/signals';

/** @typedef {{ path: string, parts: string[], query: Record<string, string> }} Route */

export const route = signal(parse(location.hash));

addEventListener('hashchange', () => (route.value = parse(location.hash)));

/** An address for a link. @param {string} path @param {Record<string, unknown>} [query] */
export function href(path, query = {}) {
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return `#${path}${text ? `?${text}` : ''}`;
}

/** Go somewhere else. @param {string} path @param {Record<string, unknown>} [query] */
export function go(path, query) {
  location.hash = href(path, query);
}

/** Change filters of what is shown; empty ones leave the address. @param {Record<string, unknown>} changes */
export function refine(changes) {
  const { path, query } = route.value;
  const address = href(path, { ...query, ...changes });
  history.replaceState(null, '', address);
  route.value = parse(address);
}

/** A part of a path; one that nobody can have written is taken as it stands. @param {string} part */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {string} hash @returns {Route} */
function parse(hash) {
  const [path, text = ''] = hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(plain);
  return { path: path || '/', parts, query: Object.fromEntries(new URLSearchParams(text)) };
}
