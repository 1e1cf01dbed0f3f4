/** Board: who drives what now; who is dragged onto a vehicle is put into the form, where keys come too. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { stamp } from '../lib/zoned.js';
import { drag } from '../lib/drag.js';
import { use } from '../lib/use.js';

const MOST = 60; // vehicles and drivers that fit on a screen; the filter finds the others
const NAMED = 1000; // drivers whose names are known
const HAND = 'dispatch'; // whoever drags says so

/** @typedef {{ key: string, rev?: string, ends?: string, cells: Record<string, string> }} Row */

/** @param {{ today: Row[], q: string, ask: (row: Row) => void }} given  `today`: assignments that hold now */
export function Board({ today, q, ask }) {
  const vehicles = use('registry/vehicles', { q, limit: MOST });
  const drivers = use('registry/drivers', { limit: NAMED });
  const named = use('registry/drivers', { q, limit: MOST });
  if (!vehicles.data || !drivers.data || !named.data) return null;
  const free = named.data.total ? named.data : { items: drivers.data.items.slice(0, MOST), total: drivers.data.total }; // who looks for a vehicle wants somebody to put on it
  const at = (/** @type {Record<string, string>} */ { vehicle_id, fleet_id }) => today.filter(({ cells }) => cells.vehicle_id === vehicle_id && (!cells.fleet_id || cells.fleet_id === fleet_id));
  const wanted = (/** @type {Row} */ { cells }) => Object.values(cells).join(' ').toLowerCase().includes(q.toLowerCase());
  const known = /** @type {Row[]} */ (vehicles.data.items);
  const others = q ? today.filter(wanted).filter((row) => !known.some((one) => at(one.cells).includes(row))) : []; // of who is looked for
  const places = [...known, ...others];
  const taken = (/** @type {Row} */ { cells: { driver_id } }, /** @type {Partial<Row>} */ old = {}) => (/** @type {PointerEvent} */ press) =>
    drag(press, (target) => ask({ key: '', ends: old.key, rev: old.rev, cells: { driver_id, from: stamp(), source: HAND, ...JSON.parse(target.dataset.drop ?? '{}') } }));
  return html`<section class="card board"><h2>${t('board.title')}</h2><p class="hint">${t('board.lead')}</p>
    <ul class="chips" aria-label=${t('board.drivers')}>${free.items.map((/** @type {Row} */ one) => html`<li key=${one.key} class="chip" onPointerDown=${taken(one)}>${one.cells.name || one.cells.driver_id}</li>`)}</ul>
    <${More} shown=${free.items.length} all=${free.total} />
    <ul class="lanes">${places.slice(0, MOST).map((/** @type {Row} */ one) => {
      const { vehicle_id, fleet_id = '', plate } = one.cells;
      return html`<li key=${one.key} data-drop=${JSON.stringify({ vehicle_id, fleet_id })}><b>${plate || vehicle_id}</b>
        ${at(one.cells).map((each) => html`<span key=${each.key} class="chip" onPointerDown=${taken(each, each)}>${called(drivers.data.items, each.cells.driver_id)}</span>`)}</li>`;
    })}</ul>
    <${More} shown=${known.length} all=${vehicles.data.total} /></section>`;
}

/** That there are others. @param {{ shown: number, all: number }} given */
function More({ shown, all }) {
  return all > shown && html`<p class="more">${t('table.more', { shown, all })}</p>`;
}

/** @param {Row[]} drivers @param {string} id */
function called(drivers, id) {
  return drivers.find(({ cells }) => cells.driver_id === id)?.cells.name || id;
}
