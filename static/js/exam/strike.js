/**
 * Options that the learner has ruled out. A mode shows a button beside every option; struck options stay struck without it. Striking never
 * changes an answer: the chosen option cannot be struck, and choosing a struck one brings it back.
 */
const CHOICES = '.options:is([data-response="single"], [data-response="many"], [data-response="boolean"])';

export class Strikes {
  isOn = false;
  #groups = [];

  constructor({ memory, words, say, buttonTemplate }) {
    Object.assign(this, { memory, words, say, buttonTemplate });
  }

  /** Makes the choices of a question strikable; false where it has none. */
  attach(question, tools) {
    const groups = [...question.querySelectorAll(CHOICES)];
    if (!groups.length) return false;
    const toggle = tools.querySelector('[data-tool="strike"]');
    const restore = tools.querySelector('[data-tool="restore"]');
    for (const group of groups) {
      this.#groups.push({ group, toggle });
      for (const option of group.querySelectorAll(".option")) this.#addButton(option);
      group.addEventListener("change", (event) => this.#chosen(event.target));
      group.addEventListener("response:written", () => {
        for (const input of group.querySelectorAll("input:checked")) this.#chosen(input);
      });
    }
    toggle.addEventListener("click", () => this.switch());
    restore.addEventListener("click", () => {
      for (const option of question.querySelectorAll(".option[data-struck]")) this.set(option, false, { isSilent: true });
      this.say(this.words.allBack);
      toggle.focus();
    });
    this.#refresh(question);
    return true;
  }

  /** Turns the mode on or off everywhere. */
  switch(isOn = !this.isOn) {
    this.isOn = isOn;
    for (const { group, toggle } of this.#groups) {
      group.toggleAttribute("data-striking", isOn);
      toggle.setAttribute("aria-pressed", String(isOn));
      for (const button of group.querySelectorAll("[data-strike]")) button.hidden = !isOn;
    }
    this.say(isOn ? this.words.strikeOn : this.words.strikeOff);
  }

  /** Strikes an option or brings it back. */
  set(option, isStruck, { isSilent = false } = {}) {
    const input = option.querySelector("input");
    const name = this.#nameOf(option);
    if (isStruck && input.checked) {
      this.say(this.words.isChosen.replace("%option", name));
      return;
    }
    this.memory.struck[isStruck ? "add" : "delete"](this.#keyOf(input));
    this.memory.keep();
    this.#paint(option);
    this.#refresh(option.closest("[data-question]"));
    if (!isSilent) this.say((isStruck ? this.words.struck : this.words.back).replace("%option", name));
  }

  toggle(option) {
    this.set(option, !option.hasAttribute("data-struck"));
  }

  #addButton(option) {
    const button = this.buttonTemplate.content.firstElementChild.cloneNode(true);
    button.hidden = true;
    button.addEventListener("click", () => this.toggle(option));
    option.after(button);
    this.#paint(option);
  }

  #chosen(input) {
    const option = input.closest?.(".option");
    if (input.checked && option?.hasAttribute("data-struck")) this.set(option, false);
  }

  #paint(option) {
    const input = option.querySelector("input");
    const isStruck = this.memory.struck.has(this.#keyOf(input)) && !input.checked;
    const button = option.nextElementSibling;
    let word = option.querySelector("[data-struck-word]");
    option.toggleAttribute("data-struck", isStruck);
    if (isStruck && !word) {
      word = document.createElement("span");
      word.dataset.struckWord = "";
      word.className = "visually-hidden";
      word.textContent = this.words.struckWord;
      option.append(word);
    } else if (!isStruck) word?.remove();
    button.setAttribute("aria-label", (isStruck ? this.words.restoreOption : this.words.strikeOption).replace("%option", this.#nameOf(option)));
    button.toggleAttribute("data-back", isStruck);
  }

  #refresh(question) {
    const restore = question.querySelector('[data-tool="restore"]');
    if (restore) restore.hidden = !question.querySelector(".option[data-struck]");
  }

  #nameOf(option) {
    return (option.querySelector(".option__letter") ?? option.querySelector(".option__text")).textContent.trim();
  }

  #keyOf(input) {
    return `${input.name}=${input.value}`;
  }
}
