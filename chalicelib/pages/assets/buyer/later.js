/**
 * Modules that are loaded when they are needed.
 */

import { pause } from "../common/api.js";

const AGAIN_MS = 1000;

/** Promise what `load()` imports; while there is no network, again and again. Throws when the signal is aborted. */
export async function patiently(load, signal) {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the module came, and is wrong
      await pause(AGAIN_MS, signal);
    }
  }
}
