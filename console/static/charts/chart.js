/** Chart: what ECharts draws, fetched when the first chart is shown; the table beside each says the same. */

import { html, useEffect, useRef } from '../lib/html.js';
import { language } from '../lib/i18n.js';
import { theme } from '../lib/theme.js';
import { INK } from './options.js';

const NARROW = 480; // px, on which a legend takes two lines

/**
 * @param {{ caption: string, label: string, option: (ink: import('./options.js').Ink, wide: number) => object, high?: number, input: unknown }} given
 *   `label` says in a sentence what is to be seen; `input` is what `option` is made of: when it changes, it is drawn anew
 */
export function Chart({ caption, label, option, high = 300, input }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const box = /** @type {HTMLElement} */ (place.current);
    let gone = false;
    /** @type {any} */
    let chart = null;
    const draw = () => {
      const wide = box.clientWidth;
      const drawn = /** @type {any} */ (option(INK[theme.value], wide));
      chart.setOption({ animation: false, aria: { enabled: true, label: { enabled: false }, decal: { show: true } }, ...drawn, grid: { ...drawn.grid, top: wide <= NARROW ? 76 : 44 } });
    };
    const fit = new ResizeObserver(() => {
      chart.resize();
      draw(); // labels stand otherwise where there is less room
    });
    void import('echarts').then(({ init }) => {
      if (gone) return;
      chart = init(box, null, { renderer: 'svg' });
      draw();
      box.dataset.drawn = 'yes';
      fit.observe(box);
    });
    return () => {
      gone = true;
      fit.disconnect();
      chart?.dispose();
      delete box.dataset.drawn;
    };
  }, [input, theme.value, language.value]);
  return html`<figure class="chart"><div ref=${place} class="canvas" style=${{ height: `${high}px` }} role="img" aria-label=${label}></div><figcaption>${caption}</figcaption></figure>`;
}
