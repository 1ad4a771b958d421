/**
 * A sound for each verdict, for who looks at people and not at the screen: high and short lets in, low and long does not.
 */

const KEPT = "ticketing.door.sound";
const TONES = { in: [[880, 0.12]], already: [[440, 0.15], [440, 0.15]], no: [[220, 0.5]], unchecked: [[330, 0.3]] }; // hertz, seconds
const GAP_S = 0.08;
const LOUDNESS = 0.2;

let context = null;

/** Say whether there is to be sound: not before somebody has asked for it in this browser. */
export function isOn() {
  return localStorage.getItem(KEPT) === "1";
}

/** Switch the sound on or off; it is remembered. */
export function switchTo(on) {
  localStorage.setItem(KEPT, on ? "1" : "0");
}

/** Play the sound of a verdict, if there is to be any. */
export function play(verdict) {
  if (!isOn()) return;
  context ??= new AudioContext();
  context.resume(); // a browser holds it back until the page was touched
  let at = context.currentTime;
  for (const [hertz, seconds] of TONES[verdict]) {
    const tone = new OscillatorNode(context, { frequency: hertz });
    tone.connect(new GainNode(context, { gain: LOUDNESS })).connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + GAP_S;
  }
}
