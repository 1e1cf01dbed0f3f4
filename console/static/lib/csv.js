/** Csv: a table as a file: numbers that can be added up, dates as ISO 8601 has them, and nothing that is taken for a formula. */

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const CELLS = ['th', 'td', '[role=gridcell]', '[role=columnheader]'].map((one) => `${one}:not([data-unsaved])`).join(); // boxes to tick are no data
const NUMBER = /^[+-]?[\d.,\s\u00a0\u202f]+$/;
const NONE = '–'; // on the screen, for what is not known

/** Save the rows of a table or grid. @param {Element} place @param {string} name */
export function save(place, name) {
  const [heads = [], ...rows] = [...place.querySelectorAll('tr, [role=row]')].map((row) => /** @type {HTMLElement[]} */ ([...row.querySelectorAll(CELLS)]));
  const columns = heads.map((head, k) => column(head, rows.map((row) => row[k])));
  const lines = [columns.map(({ head }) => head), ...rows.map((_, at) => columns.map(({ cells }) => cells[at]))];
  const body = `\ufeff${lines.map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`; // the mark tells Excel that it is UTF-8
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([body], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A column with the unit of its numbers in its head; numbers of several units stay text: nobody is to add them up. @param {HTMLElement} head @param {(HTMLElement | undefined)[]} cells */
function column(head, cells) {
  const units = new Set(cells.flatMap((cell) => (cell?.dataset.value === undefined ? [] : [cell.dataset.unit ?? ''])));
  const [unit = ''] = units;
  const one = units.size === 1;
  return { head: one && unit ? `${text(head)} (${unit})` : text(head), cells: cells.map((cell) => (one ? cell?.dataset.value : undefined) ?? (cell ? text(cell) : '')) };
}

/** What a cell says, its times to the second. @param {Element} cell */
function text(cell) {
  const copy = /** @type {Element} */ (cell.cloneNode(true));
  for (const one of copy.querySelectorAll('[data-unsaved]')) one.remove(); // buttons are no data
  for (const time of copy.querySelectorAll('time')) time.textContent = time.dateTime;
  const said = (copy.textContent ?? '').replace(/\s+/g, ' ').replace(/[▲▼]/g, '').trim();
  return said === NONE ? '' : said;
}

/** @param {string | undefined} value */
function quoted(value = '') {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
