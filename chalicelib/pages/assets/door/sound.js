/**
 * A sound for each verdict, for who looks at people and not at the screen: high and short lets in, low and long does not.
 */

import { soundOf } from "../common/sound.js";

const NOTES = { in: [[880, 0.12]], already: [[440, 0.15], [440, 0.15]], no: [[220, 0.5]], unchecked: [[330, 0.3]] }; // hertz, seconds
const sound = soundOf("ticketing.door.sound");

export const { isOn, switchTo } = sound;

/** Play the sound of a verdict, if there is to be any. */
export function play(verdict) {
  sound.play(NOTES[verdict]);
}
