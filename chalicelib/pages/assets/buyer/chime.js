/**
 * A short sound at the turn, for those who asked for it. It is off until then, and the browser keeps the choice.
 */

const CHOICE = "ticketing.sound";
const NOTES_HZ = [660, 880];
const NOTE_S = 0.18;

let context = null;

/** Say whether the sound is wanted. */
export function soundIsOn() {
  return localStorage.getItem(CHOICE) === "on";
}

/** Want the sound, and hear it once; or want it no more. */
export function switchSound(on) {
  localStorage.setItem(CHOICE, on ? "on" : "off");
  if (!on) return;
  arm();
  chime();
}

/** Play the sound, if it is wanted and somebody has touched the page: browsers allow none before. */
export function chime() {
  if (!soundIsOn() || !context) return;
  NOTES_HZ.forEach((hz, index) => play(hz, context.currentTime + index * NOTE_S));
}

function play(hz, atS) {
  const tone = new OscillatorNode(context, { frequency: hz });
  const volume = new GainNode(context, { gain: 0.2 });
  volume.gain.setTargetAtTime(0, atS + NOTE_S / 2, NOTE_S / 4);
  tone.connect(volume).connect(context.destination);
  tone.start(atS);
  tone.stop(atS + 2 * NOTE_S);
}

function arm() {
  if (soundIsOn()) context ??= new AudioContext();
}

for (const gesture of ["pointerup", "keydown"]) addEventListener(gesture, arm, { once: true });
