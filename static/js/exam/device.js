/**
 * What the room keeps on this device for the learner alone: display settings for always; struck options and notes until the attempt is handed
 * in. Nothing of it is ever sent. Answers are kept elsewhere (store.js).
 */
const DISPLAY = "room.display";
const ATTEMPT = "room.attempt.";
const LONGEST = 30 * 24 * 3600 * 1000;

function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place)) ?? {};
  } catch {
    return {};
  }
}
function write(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const readDisplay = () => read(DISPLAY);
export const keepDisplay = (changes) => write(DISPLAY, { ...read(DISPLAY), ...changes });

/** The private things of one attempt: { notes: {place: text}, struck: [name=value] }. */
export class AttemptMemory {
  constructor(attempt) {
    this.place = ATTEMPT + attempt;
    forgetOld(this.place);
    const kept = read(this.place);
    this.notes = { ...kept.notes };
    this.struck = new Set(Array.isArray(kept.struck) ? kept.struck : []);
  }

  /** Writes it down; false where the device keeps nothing. */
  keep() {
    return write(this.place, { at: Date.now(), notes: this.notes, struck: [...this.struck] });
  }
}

/** Removes what an attempt left here. */
export function forget(attempt) {
  try {
    localStorage.removeItem(ATTEMPT + attempt);
  } catch { /* nothing was kept */ }
}

function forgetOld(own) {
  try {
    for (const place of Object.keys(localStorage)) {
      if (place.startsWith(ATTEMPT) && place !== own && !(read(place).at > Date.now() - LONGEST)) localStorage.removeItem(place);
    }
  } catch { /* nothing was kept */ }
}
