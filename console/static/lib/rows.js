/**
 * Rows: positions as they travel, 16 bytes a vehicle, in the order of the roster.
 *
 * Little-endian: i32 longitude and latitude in 1e-6 degrees, u16 heading in 0.01 degrees, u16 speed in 0.1 km/h,
 * u8 status, u8 risk, u16 age of the fix in seconds; the greatest u16 is "not known".
 */

const ROW = 16;
const UNKNOWN = 65_535;
const NOWHERE = -(2 ** 31);

/** Where every vehicle is, column by column; NaN is not known. */
export class Positions {
  /** @param {number} n */
  constructor(n) {
    this.n = n;
    this.lon = new Float64Array(n).fill(NaN);
    this.lat = new Float64Array(n).fill(NaN);
    this.heading = new Float32Array(n);
    this.speed = new Float32Array(n);
    this.age = new Float32Array(n);
    this.status = new Uint8Array(n);
    this.risk = new Uint8Array(n);
  }

  /** Take all rows anew; `drawn` says where a place is on the map, if that is elsewhere. @param {Uint8Array} bytes @param {((lon: number, lat: number) => [number, number]) | null} drawn */
  read(bytes, drawn) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const n = Math.min(this.n, Math.floor(bytes.byteLength / ROW));
    for (let i = 0, at = 0; i < n; i++, at += ROW) {
      const lon = view.getInt32(at, true);
      this.lon[i] = lon === NOWHERE ? NaN : lon / 1e6;
      this.lat[i] = lon === NOWHERE ? NaN : view.getInt32(at + 4, true) / 1e6;
      if (drawn && lon !== NOWHERE) [this.lon[i], this.lat[i]] = drawn(this.lon[i], this.lat[i]);
      this.heading[i] = scaled(view.getUint16(at + 8, true), 100);
      this.speed[i] = scaled(view.getUint16(at + 10, true), 10);
      this.status[i] = view.getUint8(at + 12);
      this.risk[i] = view.getUint8(at + 13);
      this.age[i] = scaled(view.getUint16(at + 14, true), 1);
    }
    return this;
  }

  /** The wanted vehicles near a place, within so many degrees of latitude, the nearest first. @param {number} lon @param {number} lat @param {number} within @param {(i: number) => boolean} wanted */
  near(lon, lat, within, wanted) {
    const wide = Math.cos((lat * Math.PI) / 180);
    const found = [];
    for (let i = 0; i < this.n; i++) {
      const x = (this.lon[i] - lon) * wide;
      const y = this.lat[i] - lat;
      const away = x * x + y * y;
      if (away < within * within && wanted(i)) found.push({ i, away });
    }
    return found.sort((a, b) => a.away - b.away).map(({ i }) => i);
  }
}

/** A whole frame: the roster's name and ids, and the rows. @param {Uint8Array} bytes */
export function frame(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { roster: head.roster, ids: /** @type {string[]} */ (head.ids), rows: bytes.subarray(4 + length) };
}

/** @param {string} text @returns {Uint8Array} */
export function unpacked(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {number} value @param {number} by */
function scaled(value, by) {
  return value === UNKNOWN ? NaN : value / by;
}
