/** Calls: when a fleet wants quiet, by which ways it is called, and whether a message arrives. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { put } from '../lib/decided.js';
import { use } from '../lib/use.js';
import { Failed, Time, Waiting } from '../ui/parts.js';

const PRIORITIES = ['critical', 'major', 'minor', 'warning', 'info'];
const EVERY_MS = 1000;

/** @typedef {{ at: string, changed: () => void }} Given */

/** @param {Event} event @returns {Record<string, string>} */
function said(event) {
  event.preventDefault();
  return Object.fromEntries([...new FormData(/** @type {HTMLFormElement} */ (event.target))].map(([name, value]) => [name, String(value)]));
}

/** @param {Given} given */
export function Quiet({ at, changed }) {
  const known = use(`${at}/quiet`, {});
  const one = known.data;
  const after = () => [known.again, changed].forEach((each) => each());
  const save = (/** @type {object} */ value) => put(`${at}/quiet`, value, one.rev, after);
  return html`<section class="card"><h2>${t('settings.quiet')}</h2><p class="hint">${t('settings.quiet_lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${one ? html`<form key=${one.rev} onSubmit=${(/** @type {Event} */ event) => save(said(event))}>
        <label>${t('settings.from')}<input type="time" name="from" value=${one.from} /></label>
        <label>${t('settings.to')}<input type="time" name="to" value=${one.to} /></label>
        <label>${t('settings.wakes')}<select name="wakes">${PRIORITIES.map((each) => html`<option value=${each} selected=${each === one.wakes}>${word('priority', each)}</option>`)}</select></label>
        <p class="hint">${t('settings.zone', { zone: one.time_zone })} ${t(one.now ? 'settings.quiet_now' : 'settings.loud_now')} ${t(one.own ? 'settings.is_own' : 'settings.is_service')} ${one.by && html`${t('settings.by', { who: one.by })} <${Time} at=${one.since} />`}</p>
        <div class="choices"><button class="main">${t('settings.save')}</button>${one.own && html`<button type="button" onClick=${() => save({ default: true })}>${t('settings.default')}</button>`}</div>
      </form>` : !known.error && html`<${Waiting} />`}</section>`;
}

/** @param {Given} given */
export function Channels({ at, changed }) {
  const known = use(`${at}/channels`, {});
  const tests = use(`${at}/tests`, {});
  const round = useSignal(0);
  const waiting = tests.data?.some((/** @type {any} */ one) => one.state === 'waiting');
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(tests.again, EVERY_MS);
    return () => clearTimeout(timer);
  }, [tests.data]);
  const after = () => {
    round.value += 1;
    [known.again, tests.again, changed].forEach((each) => each());
  };
  return html`<section class="card"><h2>${t('settings.channels')}</h2><p class="hint">${t('settings.channels_lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? known.data.channels.map((/** @type {any} */ one) => html`<${Channel} key=${`${one.name} ${known.data.rev}`} at=${at} one=${one} rev=${known.data.rev} after=${after} />`) : !known.error && html`<${Waiting} />`}
    <div role="status"><ul class="plain">${tests.data?.map((/** @type {any} */ one) => html`<li key=${one.id}>${t(`settings.channel.${one.channel}`)} <${Time} at=${one.at} seconds=${true} /> <b>${t(`settings.test.${one.state}`)}</b> <small>${one.why}</small></li>`)}</ul></div></section>`;
}

/** @param {{ at: string, one: any, rev: string, after: () => void }} given */
function Channel({ at, one, rev, after }) {
  const name = t(`settings.channel.${one.name}`);
  const hint = one.own ? t('settings.is_own') : t(one.service ? 'settings.is_service' : 'settings.not_called');
  return html`<form onSubmit=${(/** @type {Event} */ event) => put(`${at}/channels`, said(event), rev, after)}>
    ${one.editable
      ? html`<label>${name}<input name=${one.name} type=${one.name === 'email' ? 'text' : 'url'} value=${one.name === 'email' ? one.own : ''} placeholder=${one.own} required=${one.name === 'webhook'} autocomplete="off" /></label>`
      : html`<p>${name}: ${one.own || t('settings.none_own')} <small>${t('settings.admin_says')}</small></p>`}
    <p class="hint">${hint}${one.name === 'webhook' && one.editable && one.own ? ` ${t('settings.hidden')}` : ''}</p>
    <div class="choices">${one.editable && html`<button>${t('settings.save')}</button>`}${one.editable && one.own && html`<button type="button" onClick=${() => put(`${at}/channels`, { [one.name]: '' }, rev, after)}>${t('settings.default')}</button>`}${one.reached && html`<button type="button" onClick=${() => put(`${at}/tests`, { channel: one.name }, undefined, after)}>${t('settings.test')}</button>`}</div>
  </form>`;
}
