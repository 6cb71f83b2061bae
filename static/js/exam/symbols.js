/**
 * Signs that a keyboard lacks. A button of the question opens a bar whose signs go into the field that was written in last; in essays a formula
 * in \( \) or \[ \] is shown as it will be read.
 */
import { setMath } from "../math.js";

const LINE = '[data-response] input[type="text"]:not([data-x], [data-y]), input[data-key][type="text"]';
const TEXT = "[data-response] textarea";
const FORMULA = /\\\(.+?\\\)|\\\[[\s\S]+?\\\]/;
const PAUSE = 300;

function insert(field, sign) {
  const [before, after = ""] = sign.split("|");
  const { selectionStart: from, selectionEnd: to } = field;
  const chosen = field.value.slice(from, to);
  field.setRangeText(before + chosen + after, from, to, "end");
  const caret = from + before.length + chosen.length;
  field.setSelectionRange(caret, caret);
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function walkable(bar) {
  const buttons = () => [...bar.querySelectorAll("button:not([hidden])")].filter((button) => !button.closest("[hidden]"));
  bar.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[(to + all.length) % all.length];
    for (const button of all) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  buttons().forEach((button, index) => (button.tabIndex = index ? -1 : 0));
}

function preview(field, template) {
  const box = template.content.firstElementChild.cloneNode(true);
  const place = box.querySelector("[data-math]");
  let timer = 0;
  let shown = "";
  const show = () => {
    const has = FORMULA.test(field.value);
    box.hidden = !has;
    if (!has || field.value === shown) return;
    shown = field.value;
    place.textContent = shown;
    setMath(box);
  };
  field.closest("[data-response]").append(box);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  show();
}

/** Gives a question its bar of signs; false where it has no field for them. */
export function attachSymbols(question, tools, { bar: barTemplate, preview: previewTemplate }) {
  const lines = [...question.querySelectorAll(LINE)];
  const texts = [...question.querySelectorAll(TEXT)];
  for (const field of texts) preview(field, previewTemplate);
  const fields = [...lines, ...texts];
  if (!fields.length) return false;
  const button = tools.querySelector('[data-tool="symbols"]');
  let field = fields[0];
  let bar = null;

  const fit = () => {
    const kind = field.tagName === "TEXTAREA" ? "essay" : field.inputMode === "decimal" ? "number" : "text";
    for (const group of bar.querySelectorAll("[data-for]")) group.hidden = !group.dataset.for.split(" ").includes(kind);
    walkable(bar);
  };
  const build = () => {
    bar = barTemplate.content.firstElementChild.cloneNode(true);
    bar.id = `${question.dataset.name}-symbols`;
    // Pressing a sign leaves the caret where it is.
    bar.addEventListener("pointerdown", (event) => event.target.closest("button") && event.preventDefault());
    bar.addEventListener("click", (event) => {
      const sign = event.target.closest("[data-sign]")?.dataset.sign;
      if (sign !== undefined && !field.disabled) insert(field, sign);
    });
    bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      open(false);
      button.focus();
    });
    tools.after(bar);
    button.setAttribute("aria-controls", bar.id);
  };
  const open = (isOpen) => {
    if (isOpen && !bar) build();
    if (isOpen) fit();
    if (bar) bar.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  for (const one of fields) {
    one.addEventListener("focus", () => {
      field = one;
      if (bar && !bar.hidden) fit();
    });
  }
  button.addEventListener("click", () => {
    open(!bar || bar.hidden);
    if (!bar.hidden) bar.querySelector('button[tabindex="0"]')?.focus();
  });
  return true;
}
