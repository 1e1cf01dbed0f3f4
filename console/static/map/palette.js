/**
 * Palette: colours of the map, a set per theme; each status has a shape of its own besides.
 *
 * The blues, oranges and reds are apart for the colour-blind (Okabe and Ito); contrast against the land is at least 3:1
 * or the dark outline gives it.
 */

/** @typedef {'light' | 'dark'} Theme */

export const STATUS = {
  light: { parked: '#7a858f', silent: '#5c6670', idle: '#e69f00', moving: '#0072b2', alert: '#cc2659' },
  dark: { parked: '#7f8b97', silent: '#98a4b0', idle: '#f0c04a', moving: '#56b4e9', alert: '#ff8fb0' },
};

/** What the shader draws: 0 disc or arrow, 1 square, 2 ring, 3 triangle, 4 dot. */
export const SHAPES = { parked: 4, silent: 2, idle: 1, moving: 0, alert: 3 };

export const LAND = {
  light: { sea: '#d7e3ec', land: '#f4f2ec', line: '#b9c4cc', water: '#bcd2e2', way: '#a8987a', text: '#3d4852', halo: '#f4f2ec', edge: '#14202b' },
  dark: { sea: '#101820', land: '#1f2933', line: '#3a4754', water: '#14212c', way: '#66788a', text: '#c3ccd5', halo: '#1f2933', edge: '#05080b' },
};

/** Colours 0 to 1 for the graphics card. @param {string} hex */
export function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
}
