/**
 * A promise for the application that may reject before anybody awaits it, as in
 * `const first = content.next(); await lookup(); await first`: it tells whoever asks, and never ends the process.
 */
export function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
