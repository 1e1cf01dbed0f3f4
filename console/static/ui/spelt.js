/** Spelt: what an entry of a log holds, as names and values instead of JSON. */

/** @param {any} detail  an object, or its JSON */
export function spelt(detail) {
  if (typeof detail !== 'string') return said(detail);
  try {
    return said(JSON.parse(detail));
  } catch {
    return detail; // it is no JSON: somebody's words
  }
}

/** @param {any} value @returns {string} */
function said(value) {
  if (value === null || value === '') return '–';
  if (Array.isArray(value)) return value.map(said).join(', ') || '–';
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value).map(([name, one]) => `${name.replaceAll('_', ' ')}: ${one && typeof one === 'object' && !Array.isArray(one) ? `(${said(one)})` : said(one)}`);
  return parts.join('; ') || '–';
}
