/** Map: the live map as a component; where there is no WebGL it says so, and the table beside it has everything. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { language, t } from '../lib/i18n.js';
import { positions, roster, tick } from '../lib/fleet.js';
import { meta } from '../lib/session.js';
import { still, theme } from '../lib/theme.js';
import { style, unread } from './basemap.js';
import { Marks } from './marks.js';
import { opened } from './opened.js';
import { Legend, overlay } from './overlays.js';
import { trail, trailed } from './trail.js';
import { Vehicles, size } from './vehicles.js';

const [WIDE, DRAWER] = [640, 350]; // pixels
const FIT = { padding: 48, maxZoom: 11 };

/**
 * @param {{ wanted: (i: number) => boolean, chosen: number, choose: (i: number) => void, follow?: boolean, over?: string, instead: any }} given  `over`: overlays, commas between them; `instead`: what is shown where no map can be
 */
export function FleetMap({ wanted, chosen, choose, follow = false, over = '', instead }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const shown = useRef(/** @type {{ map: any, layer: Vehicles, marks: Marks, found: boolean } | null} */ (null));
  const broken = useSignal(false);
  const now = useRef({ wanted, choose, over, chosen });
  now.current = { wanted, choose, over, chosen };

  useEffect(() => {
    let gone = false;
    begin(/** @type {HTMLElement} */ (place.current), now)
      .then((made) => {
        if (gone) return made.map.remove();
        shown.current = made;
        reveal(made.map, now.current.chosen, false);
      })
      .catch(() => (broken.value = true));
    return () => {
      gone = true;
      shown.current?.map.remove();
      shown.current = null;
    };
  }, []);

  useEffect(() => void dress(shown.current), [theme.value, language.value]);
  useEffect(() => void (shown.current && lay(shown.current, over)), [over]);
  useEffect(() => {
    const { map, layer, marks, found } = shown.current ?? {};
    if (map && !found && (/** @type {any} */ (shown.current).found = known())) map.fitBounds(around(), { ...FIT, animate: false });
    layer?.update(positions, wanted);
    marks?.update(positions, wanted, chosen);
  }, [tick.value, wanted, chosen]);
  useEffect(() => void (shown.current?.map.getSource('trail') && trailed(shown.current.map, theme.value)), [trail.value]);
  useEffect(() => {
    if (shown.current) reveal(shown.current.map, chosen, follow);
  }, [chosen, follow && tick.value]);

  if (broken.value) return html`<p class="notice" role="status">${t('map.no_webgl')}</p>${instead}`;
  return html`${unread.value && html`<p class="notice" role="status">${t('map.unread')}</p>`}<div class="map" ref=${place} role="region" aria-label=${t('map.label', { n: roster.value.length })}></div>
    ${over.includes('heat') && html`<${Legend} />`}`;
}

/** @param {HTMLElement} place @param {{ current: any }} now */
async function begin(place, now) {
  const map = await opened(place, around(), FIT);
  const layer = new Vehicles(() => theme.value).over(map);
  const marks = new Marks(() => theme.value).over(map);
  const update = () => {
    layer.update(positions, now.current.wanted);
    marks.update(positions, now.current.wanted, now.current.chosen);
  };
  const add = () => {
    trailed(map, theme.value);
    if (!map.getLayer(layer.id)) map.addLayer(layer);
    update();
    lay({ map, layer }, now.current.over);
  };
  map.on('style.load', add);
  if (map.isStyleLoaded()) add();
  map.on('moveend', update);
  map.on('click', (/** @type {any} */ event) => {
    const degrees = (360 / (512 * 2 ** map.getZoom())) * Math.max(14, size(map.getZoom()));
    now.current.choose(next(positions.near(event.lngLat.lng, event.lngLat.lat, degrees, now.current.wanted), now.current.chosen));
  });
  return { map, layer, marks, found: known() };
}

/** Whom a click is for: the nearest; of those that lie there, each click the next. @param {number[]} near @param {number} chosen */
function next(near, chosen) {
  if (!near.includes(chosen)) return near[0] ?? -1;
  const order = [...near].sort((a, b) => a - b);
  return order[(order.indexOf(chosen) + 1) % order.length];
}

/** Move the map where the chosen vehicle is not on it, or lies under its drawer; to follow it, always. @param {any} map @param {number} chosen @param {boolean} follow */
function reveal(map, chosen, follow) {
  if (chosen < 0 || Number.isNaN(positions.lon[chosen])) return;
  const [wide, centre] = [map.getContainer().clientWidth, [positions.lon[chosen], positions.lat[chosen]]];
  const beside = wide > WIDE ? DRAWER : 0; // the drawer covers so much at the right
  const hidden = !map.getBounds().contains(centre) || map.project(centre).x > wide - beside;
  if (follow || hidden) map.easeTo({ center: centre, offset: [-beside / 2, 0], animate: !still.value });
}

/** Overlays that cannot be had just now are left out: the map goes on; vehicles do not hide heat. @param {{ map: any, layer: Vehicles }} shown @param {string} over */
function lay({ map, layer }, over) {
  layer.fade(over.includes('heat'));
  overlay(map, over.split(','), theme.value).catch(() => {});
}

/** @param {{ map: any } | null} shown */
async function dress(shown) {
  if (shown) shown.map.setStyle(await style(theme.value, language.value, meta.value?.tiles), { diff: false });
}

/** Whether it is known where any vehicle is; until then the world is shown. */
function known() {
  return positions.lon.some((lon) => !Number.isNaN(lon));
}

/** The box all vehicles are in. @returns {[number, number, number, number]} */
function around() {
  const box = [180, 85, -180, -85];
  for (let i = 0; i < positions.n; i++) {
    if (Number.isNaN(positions.lon[i])) continue;
    box[0] = Math.min(box[0], positions.lon[i]);
    box[1] = Math.min(box[1], positions.lat[i]);
    box[2] = Math.max(box[2], positions.lon[i]);
    box[3] = Math.max(box[3], positions.lat[i]);
  }
  return box[0] > box[2] ? [-120, -40, 150, 65] : /** @type {any} */ (box);
}
