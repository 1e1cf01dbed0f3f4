/** Focus: when what has it is taken away, what comes in its place has it, and nobody is thrown back to the top of the page. */

const TAKES = ['a[href]', 'button', 'input', 'select', 'textarea', 'summary', '[tabindex="0"]'].map((one) => `${one}:not(:disabled, [tabindex="-1"])`).join();

/** Keep it within a part of the page. @param {HTMLElement} main */
export function keepFocus(main) {
  /** @type {{ place: Element, at: number }[]} the places around what has the focus, the nearest first, and how many things in each come before it */
  let around = [];
  /** @type {HTMLElement | null} */
  let last = null;
  const note = (/** @type {FocusEvent} */ event) => {
    last = /** @type {HTMLElement} */ (event.target);
    around = [];
    for (let place = last.parentElement; place && main.contains(place); place = place.parentElement) around.push({ place, at: reach(place).indexOf(last) });
  };
  const seen = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    for (const { place, at } of around.filter((one) => one.place.isConnected)) {
      const there = reach(place);
      if (there.length) return there[Math.max(0, Math.min(at, there.length - 1))].focus();
    }
    main.focus({ preventScroll: true });
  });
  main.addEventListener('focusin', note);
  seen.observe(main, { childList: true, subtree: true });
  return () => {
    main.removeEventListener('focusin', note);
    seen.disconnect();
  };
}

/** @param {Element} place @returns {HTMLElement[]} */
function reach(place) {
  return [...place.querySelectorAll(/** @type {'button'} */ (TAKES))];
}
