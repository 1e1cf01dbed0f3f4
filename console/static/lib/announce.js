/** Announce: what is said to those who listen rather than look; polite words at most once in five seconds. */

const PAUSE_MS = 5000;

/** @type {string[]} */
let waiting = [];
let timer = 0;

/** Say something when there is a pause; what waits together is said together. @param {string} text */
export function say(text) {
  waiting.push(text);
  if (!timer) flush();
}

/** Say something at once: a danger. @param {string} text */
export function warn(text) {
  put('assertive', text);
}

function flush() {
  timer = 0;
  if (!waiting.length) return;
  put('polite', waiting.slice(-3).join(' '));
  waiting = [];
  timer = setTimeout(flush, PAUSE_MS);
}

/** @param {string} how @param {string} text */
function put(how, text) {
  const region = document.getElementById(`say-${how}`);
  if (region) region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
