/** Limits: a fleet's own thresholds of a kind of event, and what they would have found last week. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { inOrder, t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { say } from '../lib/announce.js';
import { send } from '../lib/api.js';
import { put, refused } from '../lib/decided.js';
import { number, signed } from '../lib/format.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Time, Waiting } from '../ui/parts.js';
import { Choice } from '../ui/choice.js';

const CLASSES = ['car', 'van', 'truck', 'bus'];
const EVERY_MS = 500;

/** @typedef {{ name: string, source: string, low: number, high: number, service: Record<string, number>, shipped: Record<string, number>, own: Record<string, number> }} Threshold */

/** @param {{ at: string, changed: () => void }} given */
export function Thresholds({ at, changed }) {
  const { kind = 'harsh_braking' } = route.value.query;
  const kinds = use(`${at}/thresholds`, {});
  const known = use(`${at}/thresholds/${encodeURIComponent(kind)}`, {});
  const again = () => [kinds, known].forEach((one) => one.again());
  const named = (/** @type {any} */ one) => `${word('kind', one.kind)}${one.own ? ` (${t('settings.own', { n: one.own })})` : ''}`;
  return html`<section class="card"><h2>${t('settings.thresholds')}</h2>
    <p class="hint">${t('settings.thresholds_lead')}</p>
    ${kinds.data && html`<div class="filters"><${Choice} name="kind" value=${kind} label=${t('col.kind')} options=${inOrder(kinds.data.kinds, named).map((/** @type {any} */ one) => [one.kind, named(one)])} /></div>`}
    ${(known.error || kinds.error) && html`<${Failed} error=${known.error ?? kinds.error} again=${again} />`}
    ${known.data?.kind === kind ? html`<${Limits} key=${`${kind} ${known.data.rev}`} at=${at} one=${known.data} changed=${() => { again(); changed(); }} />` : !known.error && html`<${Waiting} />`}</section>`;
}

/** @param {{ at: string, one: any, changed: () => void }} given */
function Limits({ at, one, changed }) {
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const path = `${at}/thresholds/${encodeURIComponent(one.kind)}`;
  const running = useSignal(0);
  const save = (/** @type {object} */ own) => put(path, { own }, one.rev, changed);
  const preview = async () => {
    if (!form.current?.reportValidity()) return;
    try {
      await send(`${at}/thresholds/${encodeURIComponent(one.kind)}/preview`, { own: said(form.current) });
      running.value += 1;
    } catch (error) {
      refused(error);
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    save(said(/** @type {HTMLFormElement} */ (form.current)));
  };
  const own = (/** @type {Threshold} */ each) => Object.keys(each.own).length > 0;
  const mine = one.thresholds.some(own);
  const levels = one.thresholds.filter((/** @type {Threshold} */ each) => each.name.startsWith('level'));
  const others = one.thresholds.filter((/** @type {Threshold} */ each) => !levels.includes(each));
  return html`<form ref=${form} onSubmit=${submit}>
      <p>${phrase(one.meaning)} ${one.by && html`<small>${t('settings.by', { who: one.by })} <${Time} at=${one.since} /></small>`}</p>
      ${levels.length > 0 && html`<${Lines} name=${t('settings.levels')} rows=${levels} />`}
      ${others.length > 0 && html`<details open=${!levels.length || others.some(own)}><summary>${t('settings.finer')}</summary><${Lines} name=${t('settings.finer')} rows=${others} /></details>`}
      <p class="hint">${t('settings.empty_is')}</p>
      <div class="choices"><button type="button" onClick=${preview}>${t('settings.preview')}</button><button class="main">${t('settings.save')}</button>
        ${mine && html`<button type="button" onClick=${() => save({})}>${t('settings.default')}</button>`}</div>
    </form>
    <${Preview} at=${at} kind=${one.kind} round=${running.value} />`;
}

/** @param {{ name: string, rows: Threshold[] }} given */
function Lines({ name, rows }) {
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${name}><table class="limits"><caption class="unseen">${name}</caption>
    <thead><tr><th scope="col">${t('settings.threshold')}</th>${CLASSES.map((klass) => html`<th scope="col">${t(`class.${klass}`)}</th>`)}</tr></thead>
    <tbody>${rows.map((each) => html`<${Line} one=${each} />`)}</tbody></table></div>`;
}

/** @param {{ one: Threshold }} given */
function Line({ one }) {
  return html`<tr><th scope="row">${word('threshold', one.name)} <code>${one.name}</code> <small>${phrase(one.source)}</small></th>
    ${CLASSES.map((klass) => html`<td data-label=${t(`class.${klass}`)}><input type="number" step="any" min=${one.low} max=${one.high} name=${`${one.name}.${klass}`} value=${one.own[klass] ?? ''} placeholder=${one.service[klass]} aria-label=${`${word('threshold', one.name)}, ${t(`class.${klass}`)}`} /></td>`)}</tr>`;
}

/** What is filled in, by threshold and class. @param {HTMLFormElement} form */
function said(form) {
  /** @type {Record<string, Record<string, number>>} */
  const own = {};
  for (const [name, value] of new FormData(form)) {
    const [param, klass] = name.split('.');
    if (value !== '') (own[param] ??= {})[klass] = Number(value);
  }
  return own;
}

/** @param {{ at: string, kind: string, round: number }} given */
function Preview({ at, kind, round }) {
  const known = use(`${at}/preview`, { });
  const one = known.data;
  const running = one?.state === 'running';
  const owed = useRef(false); // what came out is still to be said
  useEffect(() => {
    if (!round) return;
    owed.current = true;
    known.again();
  }, [round]);
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(known.again, EVERY_MS);
    return () => clearTimeout(timer);
  }, [one]);
  useEffect(() => {
    if (!owed.current || !one || running) return;
    owed.current = false;
    say(would(one));
  }, [one]);
  if (!one || one.kind !== kind) return null;
  const stop = async () => {
    await send(`${at}/preview/cancel`, {}).catch(() => null);
    known.again();
  };
  const { before, after } = one;
  return html`<div class="notice preview">
    <p><b>${would(one)}</b> ${t('settings.more', { events: signed(after.events - before.events), alerts: signed(after.alerts - before.alerts) })}</p>
    <p>${['1', '2', '3'].map((level) => t(`settings.level.${level}`, { before: number(before.levels[level]), after: number(after.levels[level]) })).join(' ')}</p>
    <p class="hint">${t(`settings.state.${one.state}`, { n: one.vehicles, of: one.of })} <${Time} at=${one.since} /> – <${Time} at=${one.until} /></p>
    ${running && html`<button onClick=${stop}>${t('settings.stop')}</button>`}</div>`;
}

/** What last week would have been. @param {{ before: any, after: any }} one */
function would({ before, after }) {
  return t('settings.would', { events: number(after.events), instead: number(before.events), alerts: number(after.alerts), instead_alerts: number(before.alerts) });
}
