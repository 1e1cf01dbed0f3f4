/** Csv: a table as it stands on the screen, saved as a file; nothing in it is taken for a formula. */

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const CELLS = ['th', 'td', '[role=gridcell]', '[role=columnheader]'].map((one) => `${one}:not([data-unsaved])`).join(); // boxes to tick are no data
const NUMBER = /^[+-]?[\d.,\s\u00a0\u202f]+$/;

/** Save the rows of a table or grid. @param {Element} place @param {string} name */
export function save(place, name) {
  const rows = [...place.querySelectorAll('tr, [role=row]')].map((row) => [...row.querySelectorAll(CELLS)].map(text));
  const body = `\ufeff${rows.map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`; // the mark tells Excel that it is UTF-8
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([body], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** @param {Element} cell */
function text(cell) {
  return (cell.textContent ?? '').replace(/\s+/g, ' ').replace(/[▲▼]/g, '').trim();
}

/** @param {string} value */
function quoted(value) {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
