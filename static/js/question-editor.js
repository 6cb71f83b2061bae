// The question editor: rows change without a page load, a small toolbar, a preview that follows. Every button is a form post without it.
const frame = document.getElementById("question-form-frame");
const TOOLS = [["B", "strong"], ["I", "em"], ["U", "u"], ["x²", "sup"], ["x₂", "sub"], ["<>", "code"]];
let timer = 0;

document.documentElement.classList.add("js");

function form() { return document.getElementById("question-form"); }

function wrap(area, tag) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  area.setRangeText(`<${tag}>${value.slice(from, to)}</${tag}>`, from, to, "select");
  area.selectionStart = from + tag.length + 2;
  area.selectionEnd = area.selectionStart + (to - from);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function dress(root) {
  for (const area of root.querySelectorAll("textarea[data-rich]:not([data-dressed])")) {
    area.dataset.dressed = "";
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    for (const [label, tag] of TOOLS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-label", tag);
      button.tabIndex = -1;
      button.addEventListener("click", () => wrap(area, tag));
      bar.append(button);
    }
    area.before(bar);
  }
}

async function send(url, data) {
  const answer = await fetch(url, { method: "POST", body: data, headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function press(command) {
  const data = new FormData(form());
  data.set("do", command);
  try {
    frame.innerHTML = await send(form().getAttribute("action"), data);
  } catch {
    const button = form().querySelector(`[name="do"][value="${CSS.escape(command)}"]`);
    button?.removeAttribute("data-row-button");
    button?.click();
    return;
  }
  dress(frame);
  const focus = form().dataset.focus;
  const row = focus && document.getElementById(`row-${focus}`);
  row?.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  preview();
}

function preview() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const button = form().querySelector("[data-preview]");
    try {
      document.getElementById("preview").innerHTML = await send(button.getAttribute("formaction"), new FormData(form()));
    } catch { /* the preview is a convenience: what is typed stays in the form */ }
  }, 600);
}

frame.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-button]");
  if (!button) return;
  event.preventDefault();
  press(button.value);
});
frame.addEventListener("change", (event) => { if (event.target.matches("[data-refreshes]")) press("refresh:"); });
frame.addEventListener("input", preview);
frame.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest(".editor-row");
  const verb = event.key === "ArrowUp" ? "up" : "down";
  const button = row?.querySelector(`:scope > .editor-row__head [value^="${verb}:"]`);
  if (button && !button.disabled) { event.preventDefault(); press(button.value); }
});
dress(frame);
