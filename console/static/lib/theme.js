/** Theme: light or dark, as the system says until the reader says otherwise. */

import { signal } from '@preact/signals';
import { keep, kept } from './kept.js';

const system = matchMedia('(prefers-color-scheme: dark)');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {import('@preact/signals').Signal<'light' | 'dark'>} */
export const theme = signal('light');
export const still = signal(calm.matches); // nothing moves by itself

/** Begin with what was chosen, or what the system has. */
export function dress() {
  const chosen = kept('theme');
  paint(chosen === 'light' || chosen === 'dark' ? chosen : ofSystem());
  system.addEventListener('change', () => kept('theme') || paint(ofSystem()));
  calm.addEventListener('change', () => (still.value = calm.matches));
}

/** The other one, from now on. */
export function turn() {
  paint(theme.value === 'dark' ? 'light' : 'dark');
  keep('theme', theme.value);
}

function ofSystem() {
  return system.matches ? 'dark' : 'light';
}

/** @param {'light' | 'dark'} value */
function paint(value) {
  theme.value = value;
  document.documentElement.dataset.theme = value;
}
