/**
 * Counts how long each question is at hand while the page is in sight and the clock runs. Totals of the whole attempt, which ride on saves: a
 * save that arrives twice counts once. What no save has taken yet waits on this device for the next opening of the room.
 */
const PLACE = "room.times.";
const EVERY = 1000;
const LONGEST = 5000;
const KEEP_EVERY = 10;

/** Removes what an attempt left here. */
export function forgetTimes(attempt) {
  try {
    localStorage.removeItem(PLACE + attempt);
  } catch { /* nothing was kept */ }
}

export class QuestionTimes {
  #counted;
  #last = performance.now();
  #ticks = 0;

  constructor({ attempt, stored, slotAtHand, isRunning }) {
    Object.assign(this, { attempt, slotAtHand, isRunning });
    const kept = this.#read();
    const length = Math.max(stored.length, kept.length);
    this.#counted = Array.from({ length }, (_, at) => 1000 * Math.max(stored[at] ?? 0, Number(kept[at]) || 0));
    this.stored = stored;
    setInterval(() => this.#tick(), EVERY);
    // What passed before the page went out of sight counts; what passed meanwhile does not.
    document.addEventListener("visibilitychange", () => this.#count(document.visibilityState === "hidden"));
    window.addEventListener("pagehide", () => this.#keep());
  }

  /** Whole seconds by slot, from slot 1. */
  get totals() {
    this.#count();
    return Array.from(this.#counted, (value) => Math.floor((value ?? 0) / 1000));
  }

  /** Whether there is more than the server has, by so much that it is worth a request of its own. */
  get isAhead() {
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    return sum(this.totals) >= sum(this.stored) + 2;
  }

  /** The server has these. */
  acknowledge(totals) {
    this.stored = totals;
    forgetTimes(this.attempt);
  }

  // A device that slept, or a script that was held up, was not read on: such a stretch is left out.
  #count(isSeen = document.visibilityState === "visible") {
    const now = performance.now();
    const passed = now - this.#last;
    this.#last = now;
    const slot = isSeen && passed <= LONGEST && this.isRunning() ? this.slotAtHand() : 0;
    if (slot) this.#counted[slot - 1] = (this.#counted[slot - 1] ?? 0) + passed;
  }

  #tick() {
    this.#count();
    this.#ticks += 1;
    if (this.#ticks % KEEP_EVERY === 0) this.#keep();
  }

  #keep() {
    if (!this.isAhead) return;
    try {
      localStorage.setItem(PLACE + this.attempt, JSON.stringify(this.totals));
    } catch { /* where nothing is kept, the next save takes them along */ }
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(PLACE + this.attempt));
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }
}
