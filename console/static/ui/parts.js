/** Parts: the small pieces every screen is made of. */

import { html, useEffect } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { now } from '../lib/clock.js';
import { clock, day, dayTime, moment } from '../lib/format.js';

/** A status by shape, colour and word. @param {{ status: string, bare?: boolean }} given */
export function Status({ status, bare = false }) {
  return html`<span class=${`status ${status}`}><${Shape} status=${status} />${bare ? null : html`<span>${t(`status.${status}`)}</span>`}</span>`;
}

/** The shape alone, as on the map. @param {{ status: string }} given */
export function Shape({ status }) {
  return html`<svg class=${`shape ${status}`} viewBox="-10 -10 20 20" width="14" height="14" aria-hidden="true">${drawn(status)}</svg>`;
}

/** @param {string} status */
function drawn(status) {
  if (status === 'moving') return html`<path d="M0-9 7 8 0 4-7 8Z" />`;
  if (status === 'idle') return html`<rect x="-6.5" y="-6.5" width="13" height="13" />`;
  if (status === 'silent') return html`<circle r="6" class="ring" />`;
  if (status === 'alert') return html`<path d="M0-9 9 7H-9Z" />`;
  return html`<circle r="4" />`;
}

/** @param {{ priority: string }} given */
export function Priority({ priority }) {
  return html`<span class=${`priority ${priority}`}>${word('priority', priority)}</span>`;
}

/** A moment: the time of day if it is today, with the whole of it for machines. @param {{ at: any, seconds?: boolean }} given */
export function Time({ at, seconds = false }) {
  const date = moment(at);
  if (!date) return html`<span>–</span>`;
  const today = day(now() / 1000) === day(at);
  return html`<time datetime=${date.toISOString()} title=${dayTime(at)}>${today ? clock(at, seconds) : dayTime(at)}</time>`;
}

/** A day. @param {{ at: string | null | undefined }} given */
export function Day({ at }) {
  return at ? html`<time datetime=${at}>${day(at)}</time>` : html`<span>–</span>`;
}

/** An illustrative figure says so wherever it stands. @param {{ status: string }} given */
export function Filed({ status }) {
  return html`<span class=${`filed ${status}`}>${word('filed', status)}</span>`;
}

/** What stands where there is nothing. @param {{ text: string, children?: any }} given */
export function Empty({ text, children }) {
  return html`<div class="empty"><p>${text}</p>${children}</div>`;
}

/** What went wrong, and a way to try again; where it is all there is to see, under a heading. @param {{ error: Error, again?: () => void, page?: boolean }} given */
export function Failed({ error, again, page = false }) {
  return html`${page && html`<h1>${t('failed')}</h1>`}<div class="notice bad" role="alert"><p>${error.message}</p>${again && html`<button onClick=${again}>${t('act.again')}</button>`}</div>`;
}

/** @param {{ label: string, value: any, note?: any }} given */
export function Fact({ label, value, note }) {
  return html`<div class="fact"><dt>${label}</dt><dd>${value}${note ? html` <small>${note}</small>` : null}</dd></div>`;
}

/** A heading with what belongs beside it; the tab is called so too. @param {{ title: string, children?: any }} given */
export function Head({ title, children }) {
  useEffect(() => {
    document.title = `${title} – Tripmeter`;
  }, [title]);
  return html`<header class="head"><h1>${title}</h1><div class="tools">${children}</div></header>`;
}

export function Waiting() {
  return html`<p class="waiting" role="status">${t('wait')}</p>`;
}
