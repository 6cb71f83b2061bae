/**
 * Private notes: one at each question and a pad for the whole exam, kept on this device only. Their fields have no name and keep their events
 * to themselves, so nothing of them reaches an answer or the server.
 */
function holdBack(field) {
  for (const kind of ["input", "change"]) field.addEventListener(kind, (event) => event.stopPropagation());
}

export class Notes {
  constructor({ memory, words, say }) {
    Object.assign(this, { memory, words, say });
  }

  #bind(field, place, box) {
    field.value = this.memory.notes[place] ?? "";
    const warning = box.querySelector("[data-note-unkept]");
    field.addEventListener("input", () => {
      if (field.value) this.memory.notes[place] = field.value;
      else delete this.memory.notes[place];
      warning.hidden = this.memory.keep();
    });
    holdBack(field);
  }

  /** Gives a question its note: a button opens the field below. */
  attach(question, tools, template) {
    const button = tools.querySelector('[data-tool="note"]');
    const box = template.content.firstElementChild.cloneNode(true);
    const field = box.querySelector("textarea");
    const place = question.dataset.name;
    const id = `${place}-note`;
    box.id = id;
    field.id = `${id}-text`;
    const label = box.querySelector("label");
    label.htmlFor = field.id;
    label.textContent = label.textContent.replace("%n", question.dataset.slot);
    const help = box.querySelector("[data-note-help]");
    help.id = `${id}-help`;
    field.setAttribute("aria-describedby", help.id);
    this.#bind(field, place, box);
    const mark = () => {
      button.toggleAttribute("data-written", Boolean(field.value));
      button.querySelector("[data-note-written]").hidden = !field.value;
    };
    const open = (isOpen) => {
      box.hidden = !isOpen;
      button.setAttribute("aria-expanded", String(isOpen));
    };
    field.addEventListener("input", mark);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      open(false);
      button.focus();
    });
    button.setAttribute("aria-controls", id);
    button.addEventListener("click", () => {
      open(box.hidden);
      if (!box.hidden) field.focus();
    });
    tools.after(box);
    open(Boolean(field.value));
    mark();
  }

  /** The pad for the whole exam: a small window that leaves the questions in sight. */
  pad(pad, openers) {
    if (!pad) return;
    const field = pad.querySelector("textarea");
    let opener = null;
    this.#bind(field, "exam", pad);
    const close = () => {
      pad.hidden = true;
      for (const one of openers) one.setAttribute("aria-expanded", "false");
      opener?.focus();
    };
    for (const one of openers) {
      one.hidden = false;
      one.addEventListener("click", () => {
        if (!pad.hidden) return close();
        opener = one.closest("details") ? one.closest("details").querySelector("summary") : one;
        const menu = one.closest("details[data-dropdown]");
        pad.hidden = false;
        one.setAttribute("aria-expanded", "true");
        field.focus();
        if (menu) menu.open = false;
      });
    }
    pad.querySelector("[data-pad-close]").addEventListener("click", close);
    pad.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
  }
}
