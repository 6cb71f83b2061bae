/**
 * Single keys of the practice room: options by number or letter, Enter to check and to go on, arrows, the help. Silent while anything is
 * written, with Ctrl, Alt or Meta, in an open dialog, and when the learner has switched them off (WCAG 2.1.4).
 */
import { keepDisplay, readDisplay } from "../exam/device.js";
import { ARROWS_TAKEN, CHOICES, TYPING } from "../exam/shortcuts.js";

const ENTER_TAKEN = "a, button, summary, input:not([type=radio], [type=checkbox]), label";

export function practiceKeys({ place, check, next, go }) {
  const help = document.querySelector("[data-keys-help]");
  const opener = document.querySelector("[data-keys-open]");
  const switched = help.querySelector("[data-keys-on]");
  switched.checked = readDisplay().keys !== false;
  switched.addEventListener("change", () => keepDisplay({ keys: switched.checked }));
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());

  function choose(number) {
    const part = document.activeElement?.closest?.("[data-part]");
    const group = (part && place.contains(part) ? part : place).querySelector(CHOICES);
    const input = group?.querySelectorAll(".option")[number]?.querySelector("input");
    if (!input || input.matches(":disabled")) return false;
    input.focus({ preventScroll: true });
    if (input.type === "checkbox" || !input.checked) input.click();
    return true;
  }
  function act(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[1-9]$/.test(key)) return choose(Number(key) - 1);
    if (/^[a-i]$/.test(key)) return choose(key.charCodeAt(0) - 97);
    if (key === "?") help.showModal();
    else if (key === "Enter") {
      if (event.target.closest(ENTER_TAKEN)) return false;
      const button = [check, next].find((one) => !one.hidden);
      if (!button) return false;
      button.click();
    } else if (key === "ArrowRight" || key === "ArrowLeft") {
      if (event.target.closest(ARROWS_TAKEN)) return false;
      go(key === "ArrowRight" ? 1 : -1);
    } else return false;
    return true;
  }
  document.addEventListener("keydown", (event) => {
    if (!switched.checked || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!(event.target instanceof Element) || event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  });
}
