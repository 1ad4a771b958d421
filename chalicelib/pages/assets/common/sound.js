/**
 * Sounds, which are off until somebody asks for them; the browser keeps that choice.
 */

const LOUDNESS = 0.2;
const GAP_S = 0.06;

let context = null;

/** Give a sound that is switched on and off under the name `kept`. */
export function soundOf(kept) {
  const isOn = () => localStorage.getItem(kept) === "on";
  // Browsers allow no sound before a page was touched, and one that waits for its turn may be touched for the last time long before.
  for (const gesture of ["pointerup", "keydown"]) addEventListener(gesture, () => { if (isOn()) arm(); }, { once: true });
  return {
    /** Say whether the sound is wanted. */
    isOn,
    /** Want the sound, or want it no more. */
    switchTo(on) {
      localStorage.setItem(kept, on ? "on" : "off");
      if (on) arm();
    },
    /** Play notes of `[hertz, seconds]`, one after the other, if the sound is wanted. */
    play(notes) {
      if (!isOn() || !context) return;
      let atS = context.currentTime;
      for (const [hertz, seconds] of notes) {
        note(hertz, atS, seconds);
        atS += seconds + GAP_S;
      }
    },
  };
}

function arm() {
  context ??= new AudioContext();
  context.resume();
}

function note(hertz, atS, seconds) {
  const tone = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: LOUDNESS });
  volume.gain.setTargetAtTime(0, atS + seconds * 0.7, seconds / 6); // fades, where an abrupt end would crack
  tone.connect(volume).connect(context.destination);
  tone.start(atS);
  tone.stop(atS + 1.5 * seconds);
}
