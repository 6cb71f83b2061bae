/**
 * Rich text over the textareas marked data-rich. The textarea stays what is sent: it is written only when something was
 * changed, so that opening and saving a text changes nothing. Squire edits; here are the toolbar, the dialogs and the way
 * between stored text (asset:…, formulas as \( … \)) and what is seen.
 */
import Squire from "../vendor/squire/squire.mjs";
import { setMath } from "./math.js";

const ALLOWED = {
  P: [], BR: [], STRONG: [], EM: [], B: [], I: [], U: [], SUB: [], SUP: [], CODE: [], PRE: [], BLOCKQUOTE: [], SPAN: [],
  UL: [], OL: ["start"], LI: [], TABLE: [], THEAD: [], TBODY: [], TR: [], TH: ["colspan", "rowspan", "scope"], TD: ["colspan", "rowspan"],
  IMG: ["src", "alt", "width", "height"], AUDIO: ["src", "data-plays"],
};
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "HEAD", "TITLE", "META", "LINK", "SVG", "MATH"]);
const ASSET = /^asset:([0-9a-f-]{36})$/;
const A_TAG = /<\/?(?:p|br|strong|em|b|i|u|sub|sup|code|pre|blockquote|span|ul|ol|li|table|img|audio)\b[^<>]*>/i;
const words = JSON.parse(document.getElementById("rich-words")?.textContent ?? "{}");
const live = new Set();

/** A document that loads nothing: what is built in it may name pictures that have no address yet. */
const quiet = document.implementation.createHTMLDocument("");

/** Keeps of a node only what may be stored; `see` turns names of pictures into addresses, or back. */
function clean(node, see) {
  if (node.nodeType === Node.TEXT_NODE) return quiet.createTextNode(node.data);
  if (node.nodeType === Node.COMMENT_NODE || DROPPED.has(node.nodeName.toUpperCase())) return quiet.createDocumentFragment();
  let name = node.nodeName.toUpperCase();
  if (name === "DIV" || /^H[1-6]$/.test(name)) name = "P";
  const attributes = ALLOWED[name];
  const made = node.nodeType === Node.ELEMENT_NODE && attributes ? quiet.createElement(name) : quiet.createDocumentFragment();
  if (attributes && made.setAttribute) for (const attribute of attributes) if (node.hasAttribute(attribute)) made.setAttribute(attribute, node.getAttribute(attribute));
  if (name === "IMG" || name === "AUDIO") {
    if (!see(made, node)) return quiet.createDocumentFragment();
  }
  for (const child of node.childNodes) made.append(clean(child, see));
  return made;
}

function seen(made) {
  const source = made.getAttribute("src") ?? "";
  const found = ASSET.exec(source);
  if (found) made.src = words.assetUrl.replace("00000000-0000-0000-0000-000000000000", found[1]);
  else if (made.nodeName === "AUDIO" || !/^(https?:|\/files\/illustrations\/)/.test(source)) return false;
  if (made.nodeName === "AUDIO") {
    made.controls = true;
    made.contentEditable = "false";
  }
  return true;
}

function stored(made) {
  const found = /\/files\/illustrations\/([0-9a-f-]{36})\//.exec(made.getAttribute("src") ?? "");
  if (found) made.setAttribute("src", `asset:${found[1]}`);
  return Boolean(found) || made.nodeName === "IMG";
}

function fragmentOf(html, see = seen) {
  return clean(new DOMParser().parseFromString(html, "text/html").body, see);
}

/** Stored text as the surface shows it. */
function toSurface(text) {
  if (A_TAG.test(text)) return text;
  const holder = document.createElement("p");
  text.split("\n").forEach((line, index) => holder.append(...(index ? [document.createElement("br")] : []), line));
  return text ? holder.outerHTML : "";
}

/** What the surface shows as it is stored: a single plain paragraph is plain text. */
function toStored(root) {
  const holder = quiet.createElement("div");
  holder.append(clean(root, stored));
  // The fragment of the root itself came out as one paragraph.
  const body = holder.firstElementChild && holder.children.length === 1 && root.nodeName === "DIV" ? holder.firstElementChild : holder;
  for (const block of body.querySelectorAll("p, li, td, th, pre, blockquote")) if (block.lastChild?.nodeName === "BR" && block.childNodes.length > 1) block.lastChild.remove();
  for (const inline of body.querySelectorAll("b, i, u, strong, em, sub, sup, code")) if (!inline.textContent.replaceAll("\u200B", "") && !inline.querySelector("img, audio, br")) inline.remove();
  while (body.lastElementChild?.nodeName === "P" && !body.lastElementChild.textContent.trim() && !body.lastElementChild.querySelector("img, audio")) body.lastElementChild.remove();
  const only = body.children.length === 1 && body.firstElementChild.nodeName === "P" ? body.firstElementChild : null;
  const text = (only ?? body).innerHTML.replaceAll("\u200B", "").replaceAll("&nbsp;", " ");
  if (only && !only.querySelector(":not(br)")) {
    const plain = [...only.childNodes].map((node) => (node.nodeName === "BR" ? "\n" : node.data)).join("").replaceAll("\u200B", "").replaceAll("\u00A0", " ").trim();
    // A sign that would be read as a tag needs the paragraph, in which it is written as an entity.
    return /<[/a-z!]/i.test(plain) ? only.outerHTML : plain;
  }
  return text.replace(/^(?:<br>)+$/, "").trim();
}

const TOOLS = [
  { name: "bold", sign: "B", tag: "B" }, { name: "italic", sign: "I", tag: "I" },
  { name: "sup", sign: "x²", tag: "SUP" }, { name: "sub", sign: "x₂", tag: "SUB" },
  { name: "formula", sign: "∑", dialog: true }, { name: "picture", sign: "▣", dialog: true },
  { name: "underline", sign: "U", tag: "U", isMore: true }, { name: "bullets", sign: "•", tag: "UL", isMore: true },
  { name: "numbers", sign: "1.", tag: "OL", isMore: true }, { name: "table", sign: "▦", dialog: true, isMore: true },
  { name: "code", sign: "<>", tag: "CODE", isMore: true }, { name: "sound", sign: "♪", dialog: true, isMore: true },
  { name: "source", sign: "HTML", isMore: true },
];
const ACTS = {
  bold: (squire, on) => (on ? squire.removeBold() : squire.bold()),
  italic: (squire, on) => (on ? squire.removeItalic() : squire.italic()),
  underline: (squire, on) => (on ? squire.removeUnderline() : squire.underline()),
  sup: (squire, on) => (on ? squire.removeSuperscript() : squire.superscript()),
  sub: (squire, on) => (on ? squire.removeSubscript() : squire.subscript()),
  bullets: (squire, on) => (on ? squire.removeList() : squire.makeUnorderedList()),
  numbers: (squire, on) => (on ? squire.removeList() : squire.makeOrderedList()),
  code: (squire) => squire.toggleCode(),
};

class RichField {
  constructor(area) {
    this.area = area;
    area.dataset.dressed = "";
    area.richField = this;
    this.surface = document.createElement("div");
    this.surface.className = "rich-surface";
    this.surface.id = `${area.id}_rich`;
    const label = document.querySelector(`label[for="${area.id}"]`);
    if (label) {
      label.id ||= `${area.id}_label`;
      label.addEventListener("click", (event) => {
        if (this.isSource) return;
        event.preventDefault();
        this.focus();
      });
      this.surface.setAttribute("aria-labelledby", label.id);
    }
    for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"]]) this.surface.setAttribute(name, value);
    const described = area.getAttribute("aria-describedby");
    if (described) this.surface.setAttribute("aria-describedby", described);
    if (area.hasAttribute("aria-invalid")) this.surface.setAttribute("aria-invalid", "true");
    if (area.rows > 3 || area.id === "id_stem") this.surface.classList.add("rich-surface--tall");
    this.math = document.createElement("div");
    this.math.className = "rich-math";
    this.math.setAttribute("aria-hidden", "true");
    this.math.hidden = true;
    this.bar = this.toolbar(label);
    area.before(this.bar);
    area.after(this.surface, this.math);
    area.hidden = true;
    this.squire = new Squire(this.surface, { blockTag: "P", addLinks: false, sanitizeToDOMFragment: (html) => fragmentOf(html) });
    // Tab leaves the text: nobody who works with the keyboard gets caught in it.
    for (const key of ["Tab", "Shift-Tab"]) this.squire.setKeyHandler(key, () => {});
    this.squire.setHTML(toSurface(area.value));
    this.kept = area.value;
    this.squire.addEventListener("input", () => this.sync());
    this.squire.addEventListener("pathChange", () => this.paint());
    this.squire.addEventListener("pasteImage", (event) => openDialog("picture", this, [...event.detail.clipboardData.items].find((item) => item.kind === "file")?.getAsFile()));
    this.surface.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
    this.surface.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      openDialog(file.type.startsWith("audio/") ? "sound" : "picture", this, file);
    }, { capture: true });
    this.surface.addEventListener("keydown", (event) => {
      if (event.altKey && event.key === "F10") {
        event.preventDefault();
        this.bar.querySelector("button").focus();
      }
    });
    area.addEventListener("input", () => (this.kept = area.value));
    this.showMath();
    live.add(this);
  }

  toolbar(label) {
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", `${words.toolbar}: ${label?.textContent.trim() ?? ""}`);
    bar.setAttribute("aria-controls", this.surface.id);
    const more = this.button({ name: "more", sign: "…" });
    more.setAttribute("aria-expanded", "false");
    more.addEventListener("click", () => {
      const isOpen = more.getAttribute("aria-expanded") === "true";
      more.setAttribute("aria-expanded", String(!isOpen));
      for (const button of bar.querySelectorAll("[data-more]")) button.hidden = isOpen;
    });
    for (const tool of TOOLS) {
      const button = this.button(tool);
      if (tool.isMore) Object.assign(button, { hidden: true }).dataset.more = "";
      if (tool.tag || tool.name === "source") button.setAttribute("aria-pressed", "false");
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => this.act(tool));
      bar.append(button);
      if (tool.name === "picture") bar.append(more);
    }
    // One stop of the tab key; the arrows go on from there.
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const all = [...bar.querySelectorAll("button:not([hidden])")];
      if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      else if (event.key === "Escape") this.focus();
    });
    bar.addEventListener("focusin", (event) => {
      for (const button of bar.querySelectorAll("button")) button.tabIndex = button === event.target ? 0 : -1;
    });
    bar.querySelector("button").tabIndex = 0;
    return bar;
  }

  button({ name, sign }) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: sign, title: words[name], tabIndex: -1 });
    button.dataset.tool = name;
    button.setAttribute("aria-label", words[name]);
    return button;
  }

  get isSource() {
    return !this.area.hidden;
  }

  focus() {
    if (this.isSource) this.area.focus();
    else this.squire.focus();
  }

  act(tool) {
    if (tool.name === "source") this.toggleSource();
    else if (tool.dialog) openDialog(tool.name, this);
    else if (!this.isSource) {
      ACTS[tool.name](this.squire, this.squire.hasFormat(tool.tag));
      this.squire.focus();
      this.sync();
      this.paint();
    }
  }

  toggleSource() {
    const wasSource = this.isSource;
    if (wasSource) this.squire.setHTML(toSurface(this.area.value));
    this.area.hidden = wasSource;
    this.surface.hidden = !wasSource;
    this.bar.querySelector('[data-tool="source"]').setAttribute("aria-pressed", String(!wasSource));
    for (const button of this.bar.querySelectorAll("button:not([data-tool=source], [data-tool=more])")) button.disabled = !wasSource;
    this.showMath();
    this.focus();
  }

  paint() {
    for (const tool of TOOLS) if (tool.tag) this.bar.querySelector(`[data-tool="${tool.name}"]`).setAttribute("aria-pressed", String(this.squire.hasFormat(tool.tag)));
  }

  sync() {
    if (this.isSource) return;
    const text = toStored(this.surface);
    if (text === this.kept) return;
    this.kept = text;
    this.area.value = text;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.showMath();
  }

  /** Formulas as the learner will see them, below the text that holds their source. */
  showMath() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const found = this.area.value.match(/\\\(.+?\\\)|\\\[[\s\S]+?\\\]/g) ?? [];
      this.math.hidden = !found.length;
      this.math.replaceChildren(...found.slice(0, 20).map((formula) => {
        const place = document.createElement("span");
        place.dataset.math = "";
        place.textContent = formula.replace(/<br>|&amp;/g, (sign) => (sign === "&amp;" ? "&" : " "));
        return place;
      }));
      if (found.length) setMath(this.math);
    }, 200);
  }

  insert(html) {
    this.squire.focus();
    this.squire.insertHTML(html);
    this.sync();
  }
}

/* -- dialogs ------------------------------------------------------------------------------------------------------------ */
let target = null;

function openDialog(name, field, file) {
  const dialog = document.getElementById(`rich-${name}`);
  target = field;
  dialog.querySelector("form").reset();
  dialog.querySelector("[data-error]").textContent = "";
  dialog.pasted = file ?? null;
  const choose = dialog.querySelector("input[type=file]");
  if (choose) {
    choose.required = !file;
    dialog.querySelector("[data-pasted]").textContent = file ? file.name : "";
  }
  if (name === "formula") {
    const chosen = field.squire.getSelectedText().trim();
    dialog.querySelector("[name=latex]").value = chosen.replace(/^\\[([]|\\[)\]]$/g, "");
    preview(dialog);
  }
  dialog.showModal();
}

function preview(dialog) {
  const place = dialog.querySelector("[data-preview]");
  const isBlock = dialog.querySelector("[name=block]").checked;
  const latex = dialog.querySelector("[name=latex]").value.trim();
  place.textContent = latex ? (isBlock ? `\\[${latex}\\]` : `\\(${latex}\\)`) : "";
  setMath(place.parentElement);
}

const escaped = (text) => Object.assign(document.createElement("i"), { textContent: text }).innerHTML.replaceAll('"', "&quot;");

async function send(file) {
  const body = new FormData();
  body.set("file", file);
  body.set("csrfmiddlewaretoken", document.querySelector("input[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(words.uploadUrl, { method: "POST", body, credentials: "same-origin" });
  const kept = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(kept.detail ?? words.failed);
  return kept;
}

const MAKERS = {
  formula: (form) => escaped(form.get("block") ? `\\[${form.get("latex").trim()}\\]` : `\\(${form.get("latex").trim()}\\)`),
  table: (form) => {
    const columns = Math.min(Math.max(Number(form.get("columns")) || 2, 1), 12);
    const rows = Math.min(Math.max(Number(form.get("rows")) || 2, 1), 40);
    const row = (tag) => `<tr>${`<${tag}><br></${tag}>`.repeat(columns)}</tr>`;
    return `<table>${form.get("head") ? `<thead>${row("th")}</thead>` : ""}<tbody>${row("td").repeat(rows)}</tbody></table><p><br></p>`;
  },
  picture: async (form, file) => `<img src="${(await send(file)).name}" alt="${escaped(form.get("alt").trim())}">`,
  sound: async (form, file) => {
    const plays = Math.floor(Number(form.get("plays")));
    return `<audio src="${(await send(file)).name}"${plays >= 1 && plays <= 99 ? ` data-plays="${plays}"` : ""}></audio>`;
  },
};

for (const [name, make] of Object.entries(MAKERS)) {
  const dialog = document.getElementById(`rich-${name}`);
  if (!dialog) continue;
  const form = dialog.querySelector("form");
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    const file = dialog.pasted ?? form.querySelector("input[type=file]")?.files[0];
    const error = dialog.querySelector("[data-error]");
    error.textContent = "";
    dialog.setAttribute("aria-busy", "true");
    try {
      const html = await make(new FormData(form), file);
      dialog.close();
      target.insert(html);
    } catch (problem) {
      error.textContent = problem.message || words.failed;
    } finally {
      dialog.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("close", () => target?.focus());
  if (name === "formula") form.addEventListener("input", () => preview(dialog));
}

/** Dresses new fields below a root, and lets go of those that were taken off the page. */
export function dress(root = document) {
  for (const field of live) {
    if (field.area.isConnected) continue;
    field.squire.destroy();
    live.delete(field);
  }
  if (!words.toolbar) return;
  for (const area of root.querySelectorAll("textarea[data-rich]:not([data-dressed])")) new RichField(area);
}
dress();
