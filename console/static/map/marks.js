/** Marks: what is said over the vehicles: how many lie on each other, and which one is chosen. */

import { LAND } from './palette.js';
import { mercatorX, mercatorY, size } from './vehicles.js';

const WORLD = 512; // pixels, at zoom 0
const ALIKE = 0.55; // of a marker's width: nearer than that one hides the other
const MOST = 200; // numbers at once: the largest
const TAU = 2 * Math.PI;

/** @typedef {{ lon: number, lat: number, n: number }} Heap */

/** Vehicles that lie on each other at a zoom. @param {import('../lib/rows.js').Positions} fleet @param {(i: number) => boolean} wanted @param {number} zoom @returns {Heap[]} */
export function heaps(fleet, wanted, zoom) {
  const wide = (size(zoom) * ALIKE) / (WORLD * 2 ** zoom); // in world widths
  /** @type {Map<number, { x: number, y: number, lon: number, lat: number, n: number }>} */
  const cells = new Map();
  const across = Math.ceil(1 / wide) + 1;
  for (let i = 0; i < fleet.n; i++) {
    if (Number.isNaN(fleet.lon[i]) || !wanted(i)) continue;
    const [x, y] = [mercatorX(fleet.lon[i]), mercatorY(fleet.lat[i])];
    const [column, row] = [Math.floor(x / wide), Math.floor(y / wide)];
    let known;
    for (let k = 0; k < 9 && !known; k++) {
      const one = cells.get((row + Math.floor(k / 3) - 1) * across + column + (k % 3) - 1);
      if (one && Math.hypot(one.x - x, one.y - y) < wide) known = one;
    }
    if (known) known.n += 1;
    else cells.set(row * across + column, { x, y, lon: fleet.lon[i], lat: fleet.lat[i], n: 1 });
  }
  return [...cells.values()].filter(({ n }) => n > 1).sort((a, b) => b.n - a.n).slice(0, MOST);
}

/** A canvas over the vehicles' own. */
export class Marks {
  /** @param {() => 'light' | 'dark'} theme */
  constructor(theme) {
    this.theme = theme;
    this.heaps = /** @type {Heap[]} */ ([]);
    this.chosen = /** @type {[number, number] | null} */ (null);
  }

  /** @param {any} map */
  over(map) {
    this.map = map;
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    Object.assign(this.canvas.style, { position: 'absolute', left: '0', top: '0', pointerEvents: 'none' });
    map.getCanvasContainer().append(this.canvas);
    map.on('render', () => this.paint());
    return this;
  }

  /** @param {import('../lib/rows.js').Positions} fleet @param {(i: number) => boolean} wanted @param {number} chosen  -1: none */
  update(fleet, wanted, chosen) {
    this.heaps = heaps(fleet, wanted, this.map.getZoom());
    const known = chosen >= 0 && !Number.isNaN(fleet.lon[chosen]);
    this.chosen = known ? /** @type {[number, number]} */ ([fleet.lon[chosen], fleet.lat[chosen]]) : null;
    this.paint();
  }

  paint() {
    const [canvas, other] = [/** @type {HTMLCanvasElement} */ (this.canvas), this.map.getCanvas()];
    const pen = canvas.getContext('2d');
    if (!pen) return;
    [canvas.width, canvas.height] = [other.width, other.height]; // which wipes it, too
    [canvas.style.width, canvas.style.height] = [other.style.width, other.style.height];
    pen.scale(devicePixelRatio, devicePixelRatio);
    const [ink, wide] = [LAND[this.theme()], size(this.map.getZoom())];
    if (this.chosen) ring(pen, this.map.project(this.chosen), wide, ink);
    for (const { lon, lat, n } of this.heaps) badge(pen, this.map.project([lon, lat]), wide, String(n), ink);
  }
}

/** Around the chosen one. @param {CanvasRenderingContext2D} pen @param {{ x: number, y: number }} at @param {number} wide @param {Record<string, string>} ink */
function ring(pen, { x, y }, wide, ink) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([[ink.halo, 6], [ink.text, 3]])) {
    pen.beginPath();
    pen.arc(x, y, wide * 0.95 + 3, 0, TAU);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
}

/** How many, beside the marker's corner. @param {CanvasRenderingContext2D} pen @param {{ x: number, y: number }} at @param {number} wide @param {string} text @param {Record<string, string>} ink */
function badge(pen, { x, y }, wide, text, ink) {
  pen.font = '600 11px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const half = Math.max(8, pen.measureText(text).width / 2 + 5);
  const [at, up] = [x + wide * 0.45 + half - 3, y - wide * 0.45 - 5];
  pen.beginPath();
  pen.roundRect(at - half, up - 8, 2 * half, 16, 8);
  pen.fillStyle = ink.text;
  pen.fill();
  pen.strokeStyle = ink.halo;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fillStyle = ink.halo;
  pen.fillText(text, at, up + 0.5);
}
