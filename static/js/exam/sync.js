/**
 * Sends answers to the server so that none is lost: kept on the device first, one request in flight, each with a new
 * number and with every answer that is not yet acknowledged, whole. Nothing hangs on the order in which requests arrive.
 */
const DELAY = 700;
const TIMEOUT = 15000;
const LONGEST_PAUSE = 30000;
const PAUSED_RETRY = 10000;
const KEEPALIVE_LIMIT = 60000;
const TIMES_TIMEOUT = 4000;

export class Sync extends EventTarget {
  pending = new Map();
  refused = new Set();
  unkept = new Set();
  flags = null;
  failures = 0;
  stopped = false;
  #inFlight = null;
  #timer = 0;
  #stamp = 0;

  /** `times` counts the seconds of each question, which go with the answers (question-times.js). */
  constructor({ attempt, key, epoch, seq, url, store, times = null, send = (...given) => fetch(...given) }) {
    super();
    Object.assign(this, { attempt, key, epoch, seq, url, store, times, send });
  }

  get unsent() {
    return this.pending.size;
  }

  /** Takes a changed answer: on the device at once, to the server soon. */
  change(slot, response, delay = DELAY) {
    const entry = { attempt: this.attempt, slot, response, epoch: this.epoch, at: Date.now() };
    this.pending.set(slot, { response, stamp: ++this.#stamp });
    this.refused.delete(slot);
    const kept = this.store.put(entry).then(
      () => this.unkept.delete(slot),
      () => {
        this.unkept.add(slot);
        this.#report("device-full");
      },
    );
    this.#report("saving");
    this.#schedule(delay);
    return kept;
  }

  flag(slots) {
    this.flags = { slots, stamp: ++this.#stamp };
    this.#schedule(DELAY);
  }

  /** Sends now; resolves true when every answer is acknowledged. `isLast`: seconds too that no answer takes along. */
  async flush({ isLast = false } = {}) {
    clearTimeout(this.#timer);
    for (let round = 0; round < 4 && !this.stopped; round += 1) {
      if (this.#inFlight) await this.#inFlight;
      if (!this.#hasWork()) break;
      this.#inFlight = this.#exchange().finally(() => (this.#inFlight = null));
      if (!(await this.#inFlight)) break;
    }
    if (isLast && !this.stopped && !this.#hasWork() && this.times?.isAhead) await this.#sendTimes();
    return !this.#hasWork();
  }

  /** One try, and quietly: seconds are never worth a wait or a word. */
  async #sendTimes() {
    const batch = this.#batch();
    try {
      const answer = await this.send(this.url, this.#options(JSON.stringify(batch), { signal: AbortSignal.timeout(TIMES_TIMEOUT) }));
      if (answer.ok) this.times.acknowledge(batch.question_seconds);
    } catch { /* they wait on the device */ }
  }

  /** The last breath of a page: one request that outlives it. `isLast`: seconds too that no answer takes along. */
  flushAtClose({ isLast = false } = {}) {
    if (this.stopped || !(this.#hasWork() || (isLast && this.times?.isAhead))) return;
    const body = JSON.stringify(this.#batch());
    this.send(this.url, this.#options(body, { keepalive: new Blob([body]).size < KEEPALIVE_LIMIT })).catch(() => {});
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.#timer);
  }

  #hasWork() {
    return this.flags !== null || [...this.pending.keys()].some((slot) => !this.refused.has(slot));
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    if (!this.stopped) this.#timer = setTimeout(() => this.flush(), delay);
  }

  #batch() {
    const responses = {};
    for (const [slot, entry] of this.pending) if (!this.refused.has(slot)) responses[slot] = entry.response;
    const body = { epoch: this.epoch, seq: (this.seq += 1), responses };
    if (this.flags) body.flags = this.flags.slots;
    if (this.times) body.question_seconds = this.times.totals;
    return body;
  }

  #options(body, extra) {
    return { method: "PATCH", body, credentials: "omit", headers: { "Content-Type": "application/json", Authorization: `Attempt ${this.key}` }, ...extra };
  }

  async #exchange() {
    const stamps = new Map([...this.pending].map(([slot, entry]) => [slot, entry.stamp]));
    const flagStamp = this.flags?.stamp;
    const batch = this.#batch();
    const body = JSON.stringify(batch);
    this.#report("saving");
    let answer;
    let content;
    try {
      answer = await this.send(this.url, this.#options(body, { signal: AbortSignal.timeout(TIMEOUT) }));
      content = await answer.json();
    } catch {
      return this.#failed();
    }
    if (answer.ok) return this.#acknowledged(content, stamps, flagStamp, batch);
    if (answer.status === 409) return this.#conflict(content);
    if (answer.status === 422) return this.#refusedBy(content);
    if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
      this.stop();
      this.#report("key-lost");
      return false;
    }
    return this.#failed(Number(answer.headers.get("Retry-After")) * 1000);
  }

  async #acknowledged(content, stamps, flagStamp, batch) {
    this.failures = 0;
    this.seq = Math.max(this.seq, content.seq);
    if (!content.applied) return true;
    this.times?.acknowledge(batch.question_seconds);
    const done = [...stamps].filter(([slot, stamp]) => !this.refused.has(slot) && this.pending.get(slot)?.stamp === stamp);
    for (const [slot] of done) {
      this.pending.delete(slot);
      this.unkept.delete(slot);
    }
    if (this.flags?.stamp === flagStamp) this.flags = null;
    await Promise.all(done.map(([slot]) => this.store.remove(this.attempt, slot).catch(() => {})));
    this.dispatchEvent(new CustomEvent("receipt", { detail: content }));
    this.#report(this.pending.size ? "saving" : "saved");
    return true;
  }

  #conflict(content) {
    if (content.code === "paused") {
      this.#report("paused");
      this.#schedule(PAUSED_RETRY);
      return false;
    }
    if (content.code === "question_closed") return this.#closedBy(content.kept);
    this.stop();
    this.#report(content.code, content);
    return false;
  }

  /** Questions that were left behind: the server has their last answers or keeps them apart, so they are not sent again. */
  async #closedBy({ closed, quarantined, is_settled: isSettled }) {
    for (const slot of closed) {
      if (isSettled) this.pending.delete(slot);
      else this.refused.add(slot);
    }
    if (isSettled) await Promise.all(closed.map((slot) => this.store.remove(this.attempt, slot).catch(() => {})));
    if (quarantined) this.dispatchEvent(new CustomEvent("closed", { detail: { slots: closed } }));
    this.#report(this.#hasWork() ? "saving" : "saved");
    return true;
  }

  #refusedBy(content) {
    const slot = Number(/^responses\.(\d+)$/.exec(content.field ?? "")?.[1]);
    if (!slot) return this.#failed();
    this.refused.add(slot);
    this.dispatchEvent(new CustomEvent("refused", { detail: { slot, message: content.detail } }));
    this.#report("refused");
    return true;
  }

  #failed(pause = 0) {
    this.failures += 1;
    this.#report("offline");
    this.#schedule(pause || Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(this.failures - 1, 5)) * (0.75 + Math.random() / 2));
    return false;
  }

  /** Whether this device holds a copy of everything that the server has not. */
  get isKept() {
    return this.store.isDurable !== false && this.unkept.size === 0;
  }

  #report(state, content = null) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, unsent: this.pending.size, isKept: this.isKept, content } }));
  }
}
