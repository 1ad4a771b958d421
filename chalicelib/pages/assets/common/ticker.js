/**
 * A clock that goes on in a hidden tab: browsers let timers of pages sleep for a minute there, those of workers not.
 */

const policy = globalThis.trustedTypes?.createPolicy("ticker", { createScriptURL: (url) => url });

/** Call `tick` about every `periodMs`; gives a function that ends it. */
export function every(periodMs, tick) {
  const url = new URL("./ticker.worker.js", import.meta.url).href;
  const worker = new Worker(policy ? policy.createScriptURL(url) : url);
  worker.onmessage = () => tick();
  worker.postMessage(periodMs);
  return () => worker.terminate();
}
