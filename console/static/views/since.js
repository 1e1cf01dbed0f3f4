/** Since: what makes a premium another than that of another term, step by step, summed to the cent. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { day, money } from '../lib/format.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Waiting } from '../ui/parts.js';
import { Choice } from '../ui/choice.js';
import { Table } from '../ui/table.js';
import { effected, valued } from './steps.js';

const OTHERS = 'others'; // steps that a fleet is not shown, in one

/** The term before, or one that is chosen. @param {{ one: any, terms: any[] }} given */
export function Since({ one, terms }) {
  const others = terms.filter((each) => each !== one && each.currency === one.currency);
  if (!others.length) return null;
  const earlier = others.filter((each) => each.valid_from < one.valid_from);
  const before = others.find((each) => each.premium_id === route.value.query.since) ?? earlier.at(-1) ?? others[0];
  return html`<section class="card"><h2>${t('since.title')}</h2>
    ${others.length > 1 && html`<div class="filters"><${Choice} name="since" value=${before.premium_id} label=${t('since.other')} options=${others.map((each) => [each.premium_id, `${day(each.valid_from)}: ${money(each.amount, each.currency)}`])} /></div>`}
    <${Told} key=${before.premium_id + one.premium_id} now=${one.premium_id} before=${before.premium_id} /></section>`;
}

/** @param {{ now: string, before: string }} given */
function Told({ now, before }) {
  const known = use(`pricing/premiums/${encodeURIComponent(now)}/since`, { before });
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return known.data.sums ? html`<${Moves} told=${known.data} />` : html`<p class="notice bad" role="status">${t('since.faulty')}</p>`;
}

/** @param {{ told: any }} given */
function Moves({ told }) {
  const { currency } = told.after;
  const rows = [...told.moves, ...(Number(told.others) ? [{ part: '', name: OTHERS, before: null, after: null, money: told.others }] : [])];
  const sum = rows.reduce((all, row) => all + inCents(row.money), 0);
  const right = sum === inCents(told.difference);
  const amounts = { before: money(told.before.amount, currency), after: money(told.after.amount, currency), difference: gained(told.difference, currency) };
  return html`<p class="hint">${t('since.lead')}</p>
    <${Table} caption=${t('since.title')} name="moves" columns=${columns(currency)} rows=${rows} id=${(/** @type {any} */ row) => `${row.part} ${row.name}`} empty=${t('since.same')} />
    <p class=${`notice ${right ? '' : 'bad'}`} role="status">${t(right ? 'since.adds_up' : 'since.differs', amounts)}</p>`;
}

/** @param {string} currency */
function columns(currency) {
  const name = (/** @type {any} */ row) => (row.name === OTHERS ? t('since.others') : word('factor', row.name));
  const rung = (/** @type {string} */ key) => ({ key, label: t(`since.${key}`), fixed: true, show: (/** @type {any} */ row) => row.name !== OTHERS && html`<${Rung} step=${row[key]} />`, value: (/** @type {any} */ row) => row[key]?.effect ?? '' });
  return [
    { key: 'name', label: t('premium.step'), show: (/** @type {any} */ row) => html`${name(row)} <small>${row.part && word('part', row.part)}</small>`, by: name, value: name },
    rung('before'),
    rung('after'),
    { key: 'money', label: t('since.money'), number: true, show: (/** @type {any} */ row) => gained(row.money, currency), by: (/** @type {any} */ row) => Number(row.money), value: (/** @type {any} */ row) => row.money, unit: currency },
  ];
}

/** @param {{ step: any }} given */
function Rung({ step }) {
  return step ? html`${effected(step)} <small>${valued(step)}</small>` : t('since.none');
}

/** With its sign. @param {string} amount @param {string} currency */
export function gained(amount, currency) {
  return `${Number(amount) > 0 ? '+' : ''}${money(amount, currency)}`;
}

/** @param {string} amount */
function inCents(amount) {
  return Math.round(Number(amount) * 100);
}
