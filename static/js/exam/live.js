/**
 * Asks the server how the attempt stands, so that an extension, a pause, a message or the end reach the room within seconds. Jittered, slower
 * while the page is out of sight, silent where nothing changed (304), and without any effect on the answers that are being saved.
 */
const EVERY = 10000;
const HIDDEN = 30000;
const TIMEOUT = 8000;
const LONGEST = 30000;

export class Live extends EventTarget {
  #timer = 0;
  #tag = "";
  #failures = 0;
  #lostAt = 0;
  #askedAt = performance.now();
  stopped = false;

  constructor({ url, key, place, send = (...given) => fetch(...given) }) {
    super();
    Object.assign(this, { url, key, place, send });
  }

  start() {
    this.#schedule(1500 + Math.random() * 2000);
  }

  /** Asks now: after coming back to the page or to the network. */
  nudge() {
    if (!this.stopped) this.#schedule(200);
  }

  /** A save has just brought the clock along: the next question can wait, but never longer than twice the usual. */
  rest() {
    if (this.stopped || this.#failures) return;
    const left = this.#askedAt + 2 * EVERY - performance.now();
    if (left > 1000) this.#schedule(Math.min(this.#pause(), left));
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    if (!this.stopped) this.#timer = setTimeout(() => this.#ask(), delay);
  }

  #pause() {
    const usual = document.visibilityState === "hidden" ? HIDDEN : EVERY;
    const pause = this.#failures ? Math.min(LONGEST, 2000 * 2 ** this.#failures) : usual;
    return pause * (0.8 + Math.random() * 0.4);
  }

  async #ask() {
    const { slot, away, message } = this.place();
    this.#askedAt = performance.now();
    try {
      const answer = await this.send(`${this.url}?slot=${slot}&away=${away}&message=${message}`, {
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT),
        headers: { Authorization: `Attempt ${this.key}`, ...(this.#tag ? { "If-None-Match": this.#tag } : {}) },
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
      this.#reached();
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return this.stop();
      if (answer.status === 200) {
        this.#tag = answer.headers.get("ETag") ?? "";
        this.dispatchEvent(new CustomEvent("change", { detail: await answer.json() }));
      }
    } catch {
      this.#failures += 1;
      this.#lostAt ||= Date.now();
    }
    this.#schedule(this.#pause());
  }

  #reached() {
    if (this.#lostAt) this.dispatchEvent(new CustomEvent("found", { detail: { at: this.#lostAt, seconds: (Date.now() - this.#lostAt) / 1000 } }));
    this.#failures = 0;
    this.#lostAt = 0;
  }
}
