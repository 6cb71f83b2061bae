/**
 * Single keys of the room: options by number or letter, the next and the previous question, flag, strike mode, help. They are silent while
 * anything is written, with Ctrl, Alt or Meta, in an open dialog, and when the learner has switched them off (WCAG 2.1.4).
 */
export const TYPING = 'input:not([type="radio"], [type="checkbox"], [type="button"]), textarea, select, [contenteditable], [role="application"], audio, video';
export const ARROWS_TAKEN = 'input, summary, [role="toolbar"], [role="radiogroup"]';
export const CHOICES = '.options:is([data-response="single"], [data-response="many"], [data-response="boolean"])';

export function shortcuts({ room, strikes, areOn, help }) {
  const questions = () => [...room.querySelectorAll("[data-question]")];

  /** The question at hand: the one with the focus, otherwise the first that reaches into the upper half of the window. */
  function current() {
    const focused = document.activeElement?.closest?.("[data-question]");
    if (focused && !focused.hidden) return focused;
    const shown = questions().filter((question) => !question.hidden);
    return shown.find((question) => question.getBoundingClientRect().bottom > window.innerHeight / 3) ?? shown[0];
  }
  function walk(step) {
    const button = room.querySelector(step > 0 ? "[data-next]" : "[data-previous]");
    if (button && !button.hidden) {
      if (!button.disabled) button.click();
      return;
    }
    const all = questions();
    const here = current();
    const isHere = document.activeElement?.closest?.("[data-question]") === here || step < 0;
    const next = all[all.indexOf(here) + (isHere ? step : 0)];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  }
  function choose(number) {
    const question = current();
    const part = document.activeElement?.closest?.("[data-part]");
    const group = (part && question.contains(part) ? part : question)?.querySelector(CHOICES);
    const option = group?.querySelectorAll(".option")[number];
    const input = option?.querySelector("input");
    if (!input || input.matches(":disabled")) return false;
    if (strikes.isOn) strikes.toggle(option);
    else {
      input.focus({ preventScroll: true });
      if (input.type === "checkbox" || !input.checked) input.click();
    }
    return true;
  }
  function flag() {
    const box = current()?.querySelector("[data-flag]");
    if (!box || box.matches(":disabled")) return false;
    box.click();
    document.dispatchEvent(new CustomEvent("exam:say", { detail: box.checked ? help.dataset.saidFlagged : help.dataset.saidUnflagged }));
    return true;
  }
  function act(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[1-9]$/.test(key)) return choose(Number(key) - 1);
    if (/^[a-d]$/.test(key)) return choose(key.charCodeAt(0) - 97);
    const isArrow = key === "ArrowRight" || key === "ArrowLeft";
    if (isArrow && event.target.closest(ARROWS_TAKEN)) return false;
    if (key === "j" || key === "ArrowRight") walk(1);
    else if (key === "k" || key === "ArrowLeft") walk(-1);
    else if (key === "f") return flag();
    else if (key === "s") strikes.switch();
    else if (key === "?") help.showModal();
    else return false;
    return true;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && strikes.isOn && !event.defaultPrevented && !document.querySelector("dialog[open]")) strikes.switch(false);
    if (!areOn() || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!(event.target instanceof Element) || event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  });
  for (const opener of document.querySelectorAll("[data-shortcuts-help]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => {
      const menu = opener.closest("details[data-dropdown]");
      if (menu) menu.open = false;
      help.showModal();
    });
  }
}
