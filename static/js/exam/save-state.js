/**
 * How the state of the answers is said: one place for all of them. `words` are the sentences of the page; `isKept` tells whether this device
 * holds what the server has not.
 */
const counted = (one, many, count) => (count === 1 ? one : many.replace("%n", count.toLocaleString()));

/** The sentence for a state, empty for one that has none. */
export function saveWords({ state, unsent, isKept }, words) {
  if (state === "offline") return isKept ? counted(words.offlineOne, words.offlineMany, unsent) : words.offlineUnkept;
  if (state === "paused") return isKept ? words.paused : words.offlineUnkept;
  if (state === "saving" && !isKept) return words.deviceFull;
  return {
    saved: words.saved,
    saving: words.saving,
    refused: words.refused,
    "device-full": words.deviceFull,
    "key-lost": words.keyLost,
    moved: words.moved,
    expired: words.expired,
    submitted: words.submitted,
  }[state] ?? "";
}

/** Shows the states in the header. An interruption and its end are spoken; everyday saving is silent. */
export class SaveState {
  #wasInterrupted = "";

  constructor({ element, words, say }) {
    Object.assign(this, { element, words, say });
    this.text = element.querySelector("[data-save-text]");
  }

  show(report) {
    const text = saveWords(report, this.words);
    if (!text) return;
    this.element.dataset.state = report.state === "saving" && !report.isKept ? "device-full" : report.state;
    if (this.text.textContent !== text) this.text.textContent = text;
    const isInterruption = ["offline", "paused", "device-full"].includes(report.state);
    if (isInterruption && this.#wasInterrupted !== report.state) {
      this.#wasInterrupted = report.state;
      this.say(text);
    } else if (report.state === "saved" && this.#wasInterrupted) {
      this.#wasInterrupted = "";
      this.say(this.words.savedAgain);
    }
  }
}
