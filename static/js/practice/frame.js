/** What stands around the question: progress, palette, buttons, the line that says how the network is. */
const RIGHT = "r";
const NOT_RIGHT = "wpb";
const fill = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`%${name}`, String(value)), text);

export class Frame {
  constructor({ root, words, feedback }) {
    Object.assign(this, { root, words, feedback });
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.total = Number(root.dataset.total);
    this.back = find("back");
    this.skip = find("skip");
    this.check = find("check");
    this.next = find("next");
    this.finish = find("finish");
    this.note = find("place-note");
    this.stateBox = find("practice-state");
    this.marks = new Map([...root.querySelectorAll("[data-palette]")].map((link) => [Number(link.dataset.palette) - 1, link]));
    this.progress = root.querySelector(".progress");
    this.speaker = document.querySelector("[data-practice-speaker]");
    this.wasInterrupted = false;
  }

  href(index) {
    const url = new URL(location.href);
    url.search = `?n=${index + 1}`;
    return url.pathname + url.search;
  }

  say(text) {
    this.speaker.textContent = text;
  }

  /** Shows how the question at `index` and all others stand. `isKept`: answers that wait on this device, by index. */
  paint({ index, letters, isKept, isWaiting }) {
    const answered = letters.filter((letter, at) => letter !== "-" || isKept(at)).length;
    const isOpen = letters[index] === "-" && !isKept(index);
    const isLast = index === this.total - 1;
    this.back.hidden = index === 0;
    this.back.href = this.href(Math.max(0, index - 1));
    for (const link of [this.skip, this.next]) link.href = this.href(Math.min(this.total - 1, index + 1));
    this.skip.hidden = !isOpen || isLast;
    this.check.hidden = !isOpen;
    this.next.hidden = isOpen || isLast || isWaiting;
    const isAll = answered === this.total;
    this.finish.hidden = answered === 0;
    this.finish.querySelector("button").classList.toggle("button--gold", isAll);
    if (isAll) delete this.finish.dataset.confirm;
    else this.finish.dataset.confirm = this.finish.dataset.unfinished;
    this.#paintProgress(index, answered);
    for (const [at, link] of this.marks) this.#paintMark(link, letters[at], { isHere: at === index, isKept: isKept(at) });
  }

  #paintProgress(index, answered) {
    const [place, done] = this.progress.querySelectorAll(".progress__text span");
    place.textContent = fill(this.words.progress, { n: index + 1, total: this.total });
    done.textContent = fill(this.words.done, { n: answered, total: this.total });
    const bar = this.progress.querySelector("progress");
    bar.value = answered;
    bar.classList.toggle("progress--done", answered === this.total);
    bar.setAttribute("aria-label", `${place.textContent}: ${done.textContent}`);
  }

  #paintMark(link, letter, { isHere, isKept }) {
    link.toggleAttribute("data-right", letter === RIGHT);
    link.toggleAttribute("data-wrong", NOT_RIGHT.includes(letter));
    link.toggleAttribute("data-answered", "?a".includes(letter));
    link.toggleAttribute("data-kept", isKept && letter === "-");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const said = letter === "-" ? (isKept ? this.words.kept : "") : this.words[letter];
    link.querySelector("[data-palette-state]").textContent = said ? ` ${said}` : "";
  }

  showNote(text) {
    this.note.hidden = !text;
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  /** Says how the network is. An interruption and its end are spoken; everyday sending is silent. */
  showState({ state, unsent, isKept }) {
    const text = this.#stateWords(state, unsent, isKept);
    if (text) {
      const isEnd = state === "key-lost" || state === "finished";
      this.stateBox.hidden = false;
      this.stateBox.classList.toggle("alert--warning", !isEnd);
      this.stateBox.classList.toggle("alert--danger", isEnd);
      this.stateBox.querySelector("[data-practice-reload]").hidden = !isEnd;
      this.stateBox.querySelector("[data-practice-state-text]").textContent = text;
      if (!this.wasInterrupted || isEnd) this.say(text);
      this.wasInterrupted = true;
    } else if (state === "sent") {
      this.stateBox.hidden = true;
      if (this.wasInterrupted) this.say(this.words.back);
      this.wasInterrupted = false;
    }
  }

  #stateWords(state, unsent, isKept) {
    const { words } = this;
    if (state === "key-lost") return words.keyLost;
    if (state === "finished") return words.finished;
    if (state === "sending") return unsent && !isKept ? words.deviceFull : "";
    if (state !== "offline") return "";
    if (!unsent) return words.offlineEmpty;
    if (!isKept) return words.offlineUnkept;
    const name = this.feedback === "at_end" ? "offlineSave" : "offline";
    return unsent === 1 ? words[`${name}One`] : fill(words[`${name}Many`], { n: unsent });
  }

  sayArrived(index, letter) {
    this.say(fill(this.words.arrived, { n: index + 1, state: this.words[letter] ?? "" }));
  }

  showRefused(index, why) {
    const text = fill(this.words.refused, { n: index + 1, why });
    this.showNote(text);
    this.say(text);
  }
}
