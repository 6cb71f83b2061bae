/**
 * Answers of practice on their way to the server, so that none is lost: kept on the device first, sent when the network is there, again with
 * longer and longer pauses, removed when the server has them. Sending one twice is harmless: the first answer counts. Questions that are
 * asked for come back with the same exchange.
 */
const TIMEOUT = 15000;
const LONGEST_PAUSE = 30000;
const AT_ONCE = 20;
const ASKED_AT_ONCE = 6;
const KEEPALIVE_LIMIT = 60000;

export class AnswerQueue extends EventTarget {
  pending = new Map();
  wanted = new Set();
  unkept = new Set();
  failures = 0;
  stopped = false;
  #atOnce = AT_ONCE;
  #asksStates = false;
  #inFlight = null;
  #timer = 0;

  constructor({ session, key, url, language, store, send = (...given) => fetch(...given) }) {
    super();
    Object.assign(this, { place: `practice:${session}`, key, url, language, store, send });
  }

  get unsent() {
    return this.pending.size;
  }

  /** Whether this device holds a copy of everything that the server has not. */
  get isKept() {
    return this.store.isDurable !== false && this.unkept.size === 0;
  }

  /** Takes over what an earlier page could not send. */
  async restore() {
    const left = await this.store.list(this.place).catch(() => []);
    for (const { slot, response } of left) if (!this.pending.has(slot - 1)) this.pending.set(slot - 1, { answer: response, tries: 1 });
    if (this.unsent) this.flush();
  }

  /** Takes an answer { index, response, seconds, blank }: on the device at once, to the server right after. */
  async add(answer) {
    if (this.pending.has(answer.index)) return;
    this.pending.set(answer.index, { answer, tries: 0 });
    try {
      await this.store.put({ attempt: this.place, slot: answer.index + 1, response: answer });
    } catch {
      this.unkept.add(answer.index);
    }
    this.#report(this.failures ? "offline" : "sending");
    await this.flush();
  }

  /** Asks for a question with the next exchange, or soon. */
  want(index) {
    if (this.wanted.has(index)) return;
    this.wanted.add(index);
    if (!this.failures) this.#schedule(0);
    else if (!this.#timer) this.#schedule(1000);
  }

  /** Asks how all questions stand now. */
  refresh() {
    this.#asksStates = true;
    return this.flush();
  }

  /** Sends now; resolves true when the server has every answer. */
  async flush() {
    this.#rest();
    while (!this.stopped) {
      if (this.#inFlight) {
        await this.#inFlight;
        continue;
      }
      if (!this.#hasWork) break;
      this.#inFlight = this.#exchange().finally(() => (this.#inFlight = null));
      if (!(await this.#inFlight)) break;
    }
    return !this.unsent;
  }

  /** The last breath of a page: one request that outlives it. */
  flushAtClose() {
    if (this.stopped || !this.unsent) return;
    const entries = this.#batch();
    const body = JSON.stringify({ answers: entries.map(({ answer }) => answer) });
    this.send(this.url, this.#options(body, { keepalive: new Blob([body]).size < KEEPALIVE_LIMIT })).catch(() => {});
  }

  stop() {
    this.stopped = true;
    this.#rest();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  get #hasWork() {
    return this.#asksStates || this.pending.size > 0 || this.wanted.size > 0;
  }

  #schedule(delay) {
    this.#rest();
    if (!this.stopped) this.#timer = setTimeout(() => this.flush(), delay);
  }

  #batch() {
    const entries = [...this.pending.values()].slice(0, this.#atOnce);
    for (const entry of entries) entry.tries += 1;
    return entries;
  }

  #options(body, extra) {
    const headers = { "Content-Type": "application/json", "Accept-Language": this.language, Authorization: `Practice ${this.key}` };
    return { method: "POST", body, credentials: "omit", headers, ...extra };
  }

  async #exchange() {
    const entries = this.#batch();
    const asked = [...this.wanted].slice(0, ASKED_AT_ONCE);
    this.#asksStates = false;
    const body = JSON.stringify({ answers: entries.map(({ answer }) => answer), ask: asked });
    let response;
    let content;
    try {
      response = await this.send(this.url, this.#options(body, { signal: AbortSignal.timeout(TIMEOUT) }));
      content = await response.json();
    } catch {
      return this.#failed();
    }
    if (response.ok) return this.#acknowledged(content, entries);
    if (response.status === 429 || response.status >= 500) return this.#failed(Number(response.headers.get("Retry-After")) * 1000);
    return this.#refused(response.status, content, entries);
  }

  async #acknowledged({ results, items, states, is_finished: isFinished }, entries) {
    this.failures = 0;
    this.#atOnce = AT_ONCE;
    const tries = new Map(entries.map(({ answer, tries: count }) => [answer.index, count]));
    for (const { index } of results) {
      this.pending.delete(index);
      this.unkept.delete(index);
    }
    for (const { index } of items) this.wanted.delete(index);
    this.#tell("states", { states, own: new Set(results.map(({ index }) => index)) });
    for (const result of results) this.#tell("result", { ...result, isElsewhere: !result.is_new && tries.get(result.index) === 1 });
    for (const item of items) this.#tell("item", item);
    await Promise.all(results.map(({ index }) => this.#forget(index)));
    if (isFinished) {
      this.stop();
      this.#report("finished");
      return false;
    }
    this.#report(this.unsent ? "sending" : "sent");
    return true;
  }

  async #refused(status, content, entries) {
    if (content.code === "practice_finished") {
      this.stop();
      this.#report("finished");
      return false;
    }
    const index = Number(/^answers\.(\d+)$/.exec(content.field ?? "")?.[1] ?? (entries.length === 1 && status === 422 ? entries[0].answer.index : NaN));
    if (this.pending.has(index)) {
      const { answer } = this.pending.get(index);
      this.pending.delete(index);
      this.unkept.delete(index);
      await this.#forget(index);
      this.#tell("refused", { ...answer, why: content.detail });
      return true;
    }
    if (this.wanted.delete(index)) return true;
    if (status === 422 && entries.length > 1) {
      this.#atOnce = 1;
      return true;
    }
    if (status === 422 || status === 400) {
      this.wanted.clear();
      return this.#failed();
    }
    this.stop();
    this.#report("key-lost");
    return false;
  }

  #forget(index) {
    return this.store.remove(this.place, index + 1).catch(() => {});
  }

  #failed(pause = 0) {
    this.failures += 1;
    this.#report("offline");
    if (this.#hasWork) this.#schedule(pause || Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(this.failures - 1, 5)) * (0.75 + Math.random() / 2));
    return false;
  }

  #report(state) {
    this.#tell("state", { state, unsent: this.unsent, isKept: this.isKept });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
