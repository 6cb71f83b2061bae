/**
 * Notices what the exam logs and reports it in batches, beside the answers and never in their way. Signals wait on this device until the
 * server has heard of them; each carries a number, so a report may arrive twice.
 */
const WAIT = 4000;
const LONGEST_WAIT = 60000;
const MAXIMUM_WAITING = 300;
const BATCH = 100;
const SHORTEST_ABSENCE = 1000;

export class Signals {
  waiting = [];
  #number = 0;
  #timer = 0;
  #failures = 0;
  #inFlight = false;

  constructor({ attempt, epoch, key, url, reported, slotAtHand, send = (...given) => fetch(...given) }) {
    Object.assign(this, { epoch, key, url, slotAtHand, send, reported: new Set(reported), place: `exam-signals-${attempt}` });
    try {
      this.waiting = JSON.parse(localStorage.getItem(this.place)) ?? [];
    } catch {
      this.waiting = [];
    }
    // A page that was opened again under the same epoch (back and forward) must not count from 1 once more.
    this.#number = Math.max(0, ...this.waiting.filter((signal) => signal.epoch === epoch).map((signal) => signal.number));
    if (this.waiting.length) this.#schedule(WAIT);
  }

  /** Takes one down; `at` is when it began, by the device's clock. */
  note(kind, { at = Date.now(), seconds = 0, length = 0, slot = this.slotAtHand() } = {}) {
    if (!this.reported.has(kind)) return;
    this.waiting.push({ epoch: this.epoch, number: (this.#number += 1), kind, at: new Date(at).toISOString(), seconds: Math.round(seconds), length, slot });
    if (this.waiting.length > MAXIMUM_WAITING) this.waiting.shift();
    this.#keep();
    this.#schedule(WAIT);
  }

  #keep() {
    try {
      if (this.waiting.length) localStorage.setItem(this.place, JSON.stringify(this.waiting));
      else localStorage.removeItem(this.place);
    } catch {
      // A browser that keeps nothing still reports what it holds in memory.
    }
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.report(), delay);
  }

  async report({ keepalive = false } = {}) {
    if (!this.waiting.length || (this.#inFlight && !keepalive)) return;
    clearTimeout(this.#timer);
    const sent = this.waiting.slice(0, BATCH);
    this.#inFlight = true;
    try {
      const answer = await this.send(this.url, {
        method: "POST",
        body: JSON.stringify({ now: new Date().toISOString(), signals: sent }),
        credentials: "omit",
        keepalive,
        headers: { "Content-Type": "application/json", Authorization: `Attempt ${this.key}` },
      });
      if (!answer.ok && (answer.status >= 500 || answer.status === 429)) throw new Error(String(answer.status));
      this.waiting = this.waiting.filter((signal) => !sent.includes(signal));
      this.#failures = 0;
      this.#keep();
      if (this.waiting.length) this.#schedule(WAIT);
    } catch {
      this.#failures += 1;
      this.#schedule(Math.min(LONGEST_WAIT, WAIT * 2 ** this.#failures) * (0.75 + Math.random() / 2));
    } finally {
      this.#inFlight = false;
    }
  }
}

/** Notices that another tab or window is in front, and for how long. */
export function watchLeaving(signals, onChange) {
  let leftAt = 0;
  const leave = () => {
    if (leftAt) return;
    leftAt = Date.now();
    onChange(true);
  };
  const come = () => {
    if (!leftAt) return;
    const absence = Date.now() - leftAt;
    if (absence >= SHORTEST_ABSENCE) signals.note("left_page", { at: leftAt, seconds: absence / 1000 });
    leftAt = 0;
    onChange(false);
  };
  const look = () => (document.visibilityState === "hidden" || !document.hasFocus() ? leave() : come());
  document.addEventListener("visibilitychange", look);
  // Focus passes through nowhere when a dialog or a player takes it: look again a little later.
  window.addEventListener("blur", () => setTimeout(look, 300));
  window.addEventListener("focus", look);
  window.addEventListener("pagehide", come);
}

/** Blocks copying and pasting among the questions. Typing, dictation and input methods are left alone. */
export function blockClipboard(signals, root, tell) {
  const lengthOf = (event) => event.clipboardData?.getData("text/plain").length ?? event.dataTransfer?.getData("text/plain").length ?? 0;
  const selected = () => {
    const field = document.activeElement;
    if (field?.selectionStart !== undefined && field.selectionStart !== null) return field.selectionEnd - field.selectionStart;
    return String(getSelection()).length;
  };
  for (const name of ["paste", "drop"]) {
    root.addEventListener(name, (event) => {
      event.preventDefault();
      signals.note("pasted", { length: lengthOf(event) });
      tell();
    });
  }
  for (const name of ["copy", "cut"]) {
    root.addEventListener(name, (event) => {
      const length = selected();
      event.preventDefault();
      signals.note("copied", { length });
      tell();
    });
  }
}

/** Asks for full screen and notices when it ends; where the browser has none, nothing is asked. */
export function askFullScreen(signals, box) {
  if (!box || !document.fullscreenEnabled) return;
  let leftAt = 0;
  const show = () => (box.hidden = Boolean(document.fullscreenElement));
  box.querySelector("[data-full-screen-enter]").addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
  const note = () => {
    if (leftAt) signals.note("left_full_screen", { at: leftAt, seconds: (Date.now() - leftAt) / 1000 });
    leftAt = 0;
  };
  document.addEventListener("fullscreenchange", () => {
    show();
    if (document.fullscreenElement) note();
    else leftAt = Date.now();
  });
  window.addEventListener("pagehide", note);
  show();
}
