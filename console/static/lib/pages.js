/** Pages: a long list: its first rows at once, more of them when somebody gets there, all of them when they are needed. */

import { useState } from 'preact/hooks';
import { language } from './i18n.js';
import { route } from './router.js';
import { use } from './use.js';

const FIRST = 100;
const MOST = 100_000; // as many the server tells at once

/**
 * @typedef {{ data: any, error: Error | null, again: () => void, more: () => void, all: () => void, busy: boolean, full: boolean,
 *   sorts: boolean, asked: Record<string, unknown> }} Pages  `data.cursor`: there are more than these; `full`: and no more can be had; `sorts`: the server does,
 *   by the column that the address names; `asked`: the question with that order, which a file of the list takes too */

/**
 * @param {string | null} path  of a list  @param {Record<string, unknown>} query  @param {{ every_s?: number, sort?: string }} [how]  `sort`: the part of the address that names the column; the server sorts
 * @returns {Pages} to ask for `more` asks for twice as many, so that what is shown is always of one moment
 */
export function pages(path, query, how = {}) {
  const column = how.sort && route.value.query[how.sort];
  const wanted = column ? { ...query, sort: column, language: language.value } : query;
  const key = JSON.stringify([path, wanted]);
  const [asked, grow] = useState({ key, limit: FIRST });
  const limit = asked.key === key ? asked.limit : FIRST; // another question begins anew
  const known = use(path, { ...wanted, limit }, how);
  const busy = Boolean(known.data?.cursor) && !known.error && known.data.items.length < limit;
  const to = (/** @type {number} */ wanted) => busy || grow({ key, limit: Math.min(MOST, wanted) });
  return { ...known, sorts: Boolean(how.sort), asked: wanted, busy, full: limit === MOST && !busy, more: () => to(2 * limit), all: () => to(MOST) };
}
