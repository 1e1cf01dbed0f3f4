/** Sheet: styles that come when they are first needed: of third-party modules, put in before our own, and those of few screens. */

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/** Done when they are in force, or cannot be had. @param {string} name  of a file, below the folder of all */
export function sheet(name) {
  const found = asked.get(name) ?? put(new URL(`../${name}`, import.meta.url).href);
  asked.set(name, found);
  return found;
}

/** @param {string} href @returns {Promise<void>} */
function put(href) {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((done) => {
    link.onload = link.onerror = () => done();
    document.head.insertBefore(link, href.includes('/vendor/') ? document.querySelector('link[rel="stylesheet"]') : null);
  });
}
