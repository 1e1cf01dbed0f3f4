/** Inbox rows: a grid one walks with the arrow keys; when an item leaves, the next one has the focus. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { actionsOf, asks, busy, shelved, todo, undoable } from '../lib/alerts.js';
import { ago } from '../lib/format.js';
import { go, href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { Priority, Time } from '../ui/parts.js';
import { several } from '../ui/places.js';

/** @typedef {import('../lib/alerts.js').Alert} Alert */
const KEYS = /** @type {Record<string, string>} */ ({ a: 'ack', r: 'resolve', d: 'dismiss', c: 'comment', g: 'assign', s: 'shelve' });
const WINDOW = 200; // rows drawn; more when the cursor or the reader gets there

/** @param {{ rows: Alert[], small: boolean, whole: boolean, ask: (action: string, ids: string[]) => void, heads?: Map<string, string>, measured?: (one: Alert) => string, bulk?: any }} given  `heads`: of groups, by the first of each */
export function Rows({ rows, small, whole, ask, heads, measured, bulk }) {
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  const cursor = useSignal(0);
  const anchor = useRef(0);
  const chosen = useSignal(/** @type {Set<string>} */ (new Set()));
  const inside = useRef(false);
  const ids = rows.map((one) => one.alert_id);
  const key = ids.join();
  const most = useSignal(WINDOW);
  const drawn = whole ? rows : rows.slice(0, most.value);
  const here = Math.min(cursor.value, drawn.length - 1);

  useEffect(() => {
    const left = [...chosen.value].filter((id) => ids.includes(id));
    if (left.length !== chosen.value.size) chosen.value = new Set(left);
    if (inside.current && adrift()) focus(grid.current, here);
  }, [key]);
  useEffect(() => {
    if (most.value > WINDOW && inside.current) focus(grid.current, here);
  }, [most.value]);
  useEffect(() => () => void (busy.value = false), []);

  const acting = may('manager');
  const about = (/** @type {string} */ id) => (chosen.value.size ? ids.filter((one) => chosen.value.has(one)) : [id]);
  const actions = rows[here] ? actionsOf(rows[here]) : [];
  const decide = (/** @type {string} */ action, id = ids[here]) => {
    const some = about(id);
    if (asks(action, rows.filter((one) => some.includes(one.alert_id)))) ask(action, some);
    else void carry(some, action);
  };
  const move = (/** @type {number} */ to, /** @type {boolean} */ range) => {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    if (range) chosen.value = new Set(ids.slice(Math.min(anchor.current, at), Math.max(anchor.current, at) + 1));
    else anchor.current = at;
    cursor.value = at;
    if (at < most.value) focus(grid.current, at);
    else most.value = at + WINDOW; // the row has the focus as soon as it is drawn
  };
  const toggle = (/** @type {number} */ at) => {
    const next = new Set(chosen.value);
    if (!next.delete(ids[at])) next.add(ids[at]);
    chosen.value = next;
    anchor.current = at;
  };
  const enter = (/** @type {HTMLElement} */ target) => {
    inside.current = busy.value = true;
    const at = ids.indexOf(target.closest('[data-alert]')?.getAttribute('data-alert') ?? '');
    if (at >= 0) cursor.value = at;
  };
  const leave = (/** @type {HTMLElement | null} */ to) => {
    if (!to || to.closest('dialog, .toast')) return; // a question, or a way back: the reader is still at work here
    inside.current = busy.value = Boolean(grid.current?.contains(to));
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const row = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || !row.matches('[data-alert]')) return;
    const id = row.dataset.alert ?? ''; // what has the focus now, not what had it when this was drawn
    const at = Math.max(0, ids.indexOf(id));
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, j: at + 1, k: at - 1 });
    if (event.key in steps) move(steps[event.key], event.shiftKey);
    else if (event.key === ' ' || event.key === 'x') toggle(at);
    else if (event.key === 'Enter') go(`/alerts/${id}`);
    else if (event.key === 'Escape') chosen.value = new Set();
    else if (acting && actions.includes(KEYS[event.key.toLowerCase()])) decide(KEYS[event.key.toLowerCase()], id);
    else return;
    event.preventDefault();
  };
  const click = (/** @type {MouseEvent} */ event, /** @type {number} */ at) => {
    if ((/** @type {HTMLElement} */ (event.target)).closest('a, button, input')) return;
    move(at, event.shiftKey);
  };
  return html`
    ${bulk && acting && html`<${bulk} n=${chosen.value.size} actions=${actions} decide=${decide} />`}
    <div class=${`inbox ${small ? 'small' : ''}`} ref=${grid} role="grid" aria-multiselectable="true" aria-rowcount=${rows.length + 1} aria-label=${t('screen.alerts')} onKeyDown=${press}
      onFocusIn=${(/** @type {FocusEvent} */ event) => enter(/** @type {HTMLElement} */ (event.target))}
      onFocusOut=${(/** @type {FocusEvent} */ event) => leave(/** @type {HTMLElement | null} */ (event.relatedTarget))}>
      <${Heads} small=${small} />
      ${drawn.map((one, at) => html`<${Row} key=${one.alert_id} one=${one} head=${heads?.get(one.alert_id)} measured=${measured} small=${small} current=${at === here} picked=${chosen.value.has(one.alert_id)} click=${(/** @type {MouseEvent} */ event) => click(event, at)} toggle=${() => toggle(at)} at=${at} />`)}
    </div>
    ${rows.length > drawn.length && html`<p class="choices"><button onClick=${() => (most.value += WINDOW)}>${t('inbox.further', { shown: drawn.length, all: rows.length })}</button></p>`}`;
}

/** What the cells of a row are, for the eye, for the ear and for the file. @param {{ small: boolean }} given */
function Heads({ small }) {
  const names = ['col.priority', 'col.what', small ? 'col.vehicle' : 'inbox.who', 'alert.first', ...(small ? [] : ['col.state', 'inbox.measured']), 'alert.todo'];
  return html`<div role="row" aria-rowindex="1" class="alert-row heads">
    ${!small && html`<span role="columnheader" data-unsaved><span class="unseen">${t('inbox.pick_head')}</span></span>`}
    ${names.map((name) => html`<span key=${name} role="columnheader" class=${/todo|meas/.test(name) ? 'unseen' : ''}>${t(name)}</span>`)}</div>`;
}

/** @param {{ one: Alert, head?: string, measured?: (one: Alert) => string, small: boolean, current: boolean, picked: boolean, click: (event: MouseEvent) => void, toggle: () => void, at: number }} given */
function Row({ one, head, measured, small, current, picked, click, toggle, at }) {
  return html`<div role="row" aria-rowindex=${at + 2} class=${`alert-row ${one.priority} ${one.state}`} aria-selected=${picked} tabindex=${current ? 0 : -1} onClick=${click} data-alert=${one.alert_id} data-group=${head}>
    ${!small && html`<span role="gridcell" data-unsaved><input type="checkbox" checked=${picked} onChange=${toggle} tabindex="-1" aria-label=${t('inbox.pick', { vehicle: one.vehicle_id })} /></span>`}
    <span role="gridcell"><${Priority} priority=${one.priority} /></span>
    <span role="gridcell" class="what"><a href=${href(`/alerts/${one.alert_id}`)} tabindex="-1">${word('kind', one.kind)} ${one.subject}</a>
      ${small && one.count > 1 && html` <span class="times">×${one.count}</span>`}
      ${one.condition === 'active' && html` <span class="lasts">${t('condition.active')}</span>`}
      ${shelved(one) && html` <span class="times">${t('alert.shelved')} <${Time} at=${one.shelved_until} /></span>`}
      ${one.objection === 'waiting' && html` <span class="lasts">${t('inbox.objected')}</span>`}
      ${one.flapping && html` <span class="lasts">${t('inbox.flapping')}</span>`}</span>
    <span role="gridcell" class="who">${several.value ? one.vehicle : one.vehicle_id}${one.driver_id && !small && html` · <span title=${one.driver_id}>${one.driver_name || one.driver_id}</span>`}</span>
    <span role="gridcell" class="when"><time datetime=${one.first_seen}>${ago(one.first_seen)}</time></span>
    ${!small && html`<span role="gridcell" class="state">${t(`state.${one.state}`)}${one.assignee ? ` · ${one.assignee}` : ''}</span>`}
    ${measured && html`<span role="gridcell" class="value">${measured(one)}</span>`}
    <span role="gridcell" class="todo">${todo(one)}</span>
  </div>`;
}

/** @param {string[]} ids @param {string} action */
async function carry(ids, action) {
  const { act } = await import('../lib/acting.js');
  void act(ids, action);
}

/** @param {HTMLElement | null} grid @param {number} at */
function focus(grid, at) {
  /** @type {HTMLElement | undefined} */ (grid?.querySelectorAll('[data-alert]')[at])?.focus();
}

/** Whether nothing has the focus, or a way back that is taken and about to go. */
function adrift() {
  const at = document.activeElement;
  return at === document.body || Boolean(at?.closest('.toast') && !undoable.value);
}
