/** Moments: where a time lies among samples. */

/** The first sample at or after a moment; the last one where there is none. @param {number[]} times  UTC epoch seconds @param {number} t */
export function after(times, t) {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < t) low = middle + 1;
    else high = middle;
  }
  return low;
}
