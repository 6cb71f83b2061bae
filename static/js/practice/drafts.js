/** What is begun and not yet sent, question by question: kept on this device until it is answered, so that a reload costs nothing. */
import { readResponse, writeResponse } from "../exam/responses.js";

const DELAY = 250;

function noteLast(place, last) {
  try {
    sessionStorage.setItem(place, JSON.stringify(last));
  } catch { /* the database was asked too */ }
}
function takeLast(place) {
  try {
    const last = JSON.parse(sessionStorage.getItem(place));
    sessionStorage.removeItem(place);
    return last;
  } catch {
    return null;
  }
}

export class Drafts {
  #timer = 0;
  #waiting = null;
  #kept = new Map();

  constructor({ session, store }) {
    Object.assign(this, { place: `draft:${session}`, store });
  }

  async load() {
    const rows = await this.store.list(this.place).catch(() => []);
    for (const { slot, response } of rows) this.#kept.set(slot - 1, response);
    const last = takeLast(this.place);
    if (last) this.#write(last.index, last.response);
  }

  /** The last breath of a page: what the device's database may not manage any more is noted at once, for the page that follows. */
  keepAtClose() {
    const waiting = this.#waiting;
    const response = waiting && readResponse(waiting.question);
    if (waiting && response !== null) noteLast(this.place, { index: waiting.index, response });
    this.keep();
  }

  /** Notes that a question has changed. */
  change(index, question) {
    if (this.#waiting && this.#waiting.index !== index) this.keep();
    this.#waiting = { index, question };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), DELAY);
  }

  /** Writes down what is waiting, at once. */
  keep() {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    const response = readResponse(waiting.question);
    if (response === null) this.drop(waiting.index);
    else this.#write(waiting.index, response);
  }

  #write(index, response) {
    this.#kept.set(index, response);
    this.store.put({ attempt: this.place, slot: index + 1, response }).catch(() => {});
  }

  /** Puts a draft into a question that is still empty; true where there was one. */
  restore(index, question) {
    if (!this.#kept.has(index) || readResponse(question) !== null) return false;
    writeResponse(question, this.#kept.get(index));
    return readResponse(question) !== null;
  }

  drop(index) {
    if (this.#waiting?.index === index) this.#waiting = null;
    this.#kept.delete(index);
    this.store.remove(this.place, index + 1).catch(() => {});
  }

  async clear() {
    clearTimeout(this.#timer);
    this.#waiting = null;
    const left = [...this.#kept.keys()];
    this.#kept.clear();
    await Promise.all(left.map((index) => this.store.remove(this.place, index + 1).catch(() => {})));
  }
}
