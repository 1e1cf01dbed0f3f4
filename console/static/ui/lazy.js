/** Lazy: a part of the console whose module is fetched when it is first shown, so that the first page is small. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Failed, Waiting } from './parts.js';

/**
 * A component out of a module that is not here yet.
 * @param {() => Promise<any>} load  the module
 * @param {string} name  of the component in it
 */
export function lazy(load, name) {
  /** @type {any} */
  let known = null;
  return function Lazy(/** @type {any} */ given) {
    const found = useSignal(known);
    const lost = useSignal(false);
    useEffect(() => {
      if (known) return;
      load().then((module) => (found.value = known = module[name]), () => (lost.value = true));
    }, []);
    if (lost.value) return html`<${Failed} page error=${new Error(t('problem.module'))} again=${() => location.reload()} />`;
    return found.value ? html`<${found.value} ...${given} />` : html`<${Waiting} />`;
  };
}
