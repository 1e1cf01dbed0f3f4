/** Drag: carries something from one element to another with whatever points: mouse, pen, finger; keys have a form. */

const FAR = 6; // pixels from which on a press is a drag

/**
 * Follow a press on an element until it is let go; Escape leaves all as it was.
 * @param {PointerEvent} press @param {(target: HTMLElement) => void} onDrop  `target` is marked with data-drop
 */
export function drag(press, onDrop) {
  if (press.button !== 0 || !press.isPrimary) return;
  const source = /** @type {HTMLElement} */ (press.currentTarget);
  const over = new AbortController();
  /** @type {HTMLElement | null} */
  let ghost = null;
  /** @type {HTMLElement | null} */
  let target = null;
  const end = () => {
    over.abort();
    ghost?.remove();
    target?.classList.remove('aimed');
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!ghost && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < FAR) return;
    ghost ??= lifted(source);
    ghost.style.translate = `${event.clientX + 8}px ${event.clientY + 8}px`;
    const found = under(event);
    if (found === target) return;
    target?.classList.remove('aimed');
    found?.classList.add('aimed');
    target = found;
  };
  const drop = (/** @type {PointerEvent} */ event) => {
    const found = ghost && under(event);
    end();
    if (found && !found.contains(source)) onDrop(found);
  };
  const on = { signal: over.signal };
  press.preventDefault(); // nothing is marked on the way
  addEventListener('pointermove', move, on);
  addEventListener('pointerup', drop, on);
  addEventListener('pointercancel', end, on);
  addEventListener('keydown', (event) => event.key === 'Escape' && end(), on);
}

/** What follows the pointer. @param {HTMLElement} source */
function lifted(source) {
  const ghost = /** @type {HTMLElement} */ (source.cloneNode(true));
  ghost.classList.add('ghost');
  ghost.setAttribute('aria-hidden', 'true');
  ghost.inert = true;
  return document.body.appendChild(ghost);
}

/** @param {PointerEvent} event @returns {HTMLElement | null} */
function under(event) {
  return /** @type {HTMLElement | null} */ (document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-drop]') ?? null);
}
