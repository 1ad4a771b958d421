/**
 * A short sound at the turn, for those who asked for it.
 */

import { soundOf } from "../common/sound.js";

const NOTES = [[660, 0.15], [880, 0.15]]; // hertz, seconds
const sound = soundOf("ticketing.sound");

export const soundIsOn = sound.isOn;

/** Want the sound, and hear it once; or want it no more. */
export function switchSound(on) {
  sound.switchTo(on);
  chime();
}

/** Play the sound, if it is wanted. */
export function chime() {
  sound.play(NOTES);
}
