/** Board: who drives what today; who is dragged onto a vehicle is put into the form, where keys come too. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { now } from '../lib/clock.js';
import { drag } from '../lib/drag.js';
import { use } from '../lib/use.js';

const MOST = 60; // vehicles and drivers that fit on a screen; the filter finds the others
const NAMED = 1000; // drivers whose names are known
const HAND = 'dispatch'; // whoever drags says so

/** @typedef {{ key: string, cells: Record<string, string> }} Row */

/** @param {{ today: Row[], q: string, ask: (row: Row) => void }} given  `today`: assignments that hold */
export function Board({ today, q, ask }) {
  const vehicles = use('registry/vehicles', { q, limit: MOST });
  const drivers = use('registry/drivers', { limit: NAMED });
  if (!vehicles.data || !drivers.data) return null;
  const at = (/** @type {Record<string, string>} */ { vehicle_id, fleet_id }) => today.filter(({ cells }) => cells.vehicle_id === vehicle_id && (!cells.fleet_id || cells.fleet_id === fleet_id));
  const wanted = (/** @type {Row} */ { cells }) => Object.values(cells).join(' ').toLowerCase().includes(q.toLowerCase());
  const known = /** @type {Row[]} */ (vehicles.data.items);
  const others = q ? today.filter(wanted).filter((row) => !known.some((one) => at(one.cells).includes(row))) : []; // of who is looked for
  const places = [...known, ...others];
  const taken = (/** @type {Row} */ one) => (/** @type {PointerEvent} */ press) => drag(press, (target) => ask({ key: one.key, cells: { ...one.cells, ...target.dataset.drop === undefined ? {} : JSON.parse(target.dataset.drop) } }));
  const fresh = (/** @type {Row} */ { cells }) => ({ key: '', cells: { driver_id: cells.driver_id, from: `${new Date(now()).toISOString().slice(0, 16)}Z`, source: HAND } });
  return html`<section class="card board"><h2>${t('board.title')}</h2><p class="hint">${t('board.lead')}</p>
    <ul class="chips" aria-label=${t('board.drivers')}>${drivers.data.items.slice(0, MOST).map((/** @type {Row} */ one) => html`<li key=${one.key} class="chip" onPointerDown=${taken(fresh(one))}>${one.cells.name || one.cells.driver_id}</li>`)}</ul>
    <ul class="lanes">${places.slice(0, MOST).map((/** @type {Row} */ one) => {
      const { vehicle_id, fleet_id = '', plate } = one.cells;
      return html`<li key=${one.key} data-drop=${JSON.stringify({ vehicle_id, fleet_id })}><b>${plate || vehicle_id}</b>
        ${at(one.cells).map((each) => html`<span key=${each.key} class="chip" onPointerDown=${taken(each)}>${named(drivers.data.items, each.cells.driver_id)}</span>`)}</li>`;
    })}</ul>
    ${vehicles.data.total > known.length && html`<p class="more">${t('table.more', { shown: known.length, all: vehicles.data.total })}</p>`}</section>`;
}

/** @param {Row[]} drivers @param {string} id */
function named(drivers, id) {
  return drivers.find(({ cells }) => cells.driver_id === id)?.cells.name || id;
}
