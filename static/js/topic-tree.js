// The topic tree by dragging and by arrow keys; the forms beside it do the same without any of this.
const root = document.querySelector("[data-topic-tree]");
const rows = root?.querySelector("[data-rows]");
const STEP = 28;
let dragged = null;
let start = null;
let former = null;

const all = () => [...rows.children];
const depth = (row) => Number(row.dataset.depth);

function setDepth(row, value) {
  row.classList.remove(`topic-indent-${depth(row)}`);
  row.dataset.depth = String(value);
  row.classList.add(`topic-indent-${value}`);
}

/** How the tree stands now, to be put back when a change is refused or a drag is given up. */
const snapshot = () => all().map((row) => [row, depth(row)]);

function restore(order) {
  rows.append(...order.map(([row]) => row));
  for (const [row, value] of order) setDepth(row, value);
}

/** The row and all rows below it in the tree. */
function subtree(row) {
  const found = [row];
  for (let next = row.nextElementSibling; next && depth(next) > depth(row); next = next.nextElementSibling) found.push(next);
  return found;
}

const height = (part) => Math.max(...part.map(depth)) - depth(part[0]) + 1;

/** How deep the part may stand where it is now: at most one below the row before, and not deeper than three levels. */
function bounded(part, wanted) {
  const before = part[0].previousElementSibling;
  const after = part[part.length - 1].nextElementSibling;
  const most = Math.min(before ? depth(before) + 1 : 0, 3 - height(part));
  const least = after ? Math.min(most, Math.max(0, depth(after) - 1)) : 0;
  return Math.max(least, Math.min(wanted, most));
}

function indent(part, wanted) {
  const shift = bounded(part, wanted) - depth(part[0]);
  for (const row of part) setDepth(row, depth(row) + shift);
  return shift !== 0;
}

function place(row) {
  let parent = row.previousElementSibling;
  let position = 0;
  for (; parent && depth(parent) >= depth(row); parent = parent.previousElementSibling) {
    if (depth(parent) === depth(row)) position += 1;
  }
  return { parent: parent?.dataset.topic ?? "", position };
}

async function save(row) {
  const status = root.querySelector("[data-status]");
  const { parent, position } = place(row);
  const before = former;
  const undo = root.querySelector("[data-undo] [name=do]");
  const body = new FormData();
  body.set("do", `place:${row.dataset.topic}`);
  body.set("parent", parent);
  body.set("position", String(position));
  body.set("csrfmiddlewaretoken", root.querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const answer = await fetch(root.dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(answer.status === 409 ? await answer.text() : root.dataset.textFailed);
    undo.value = answer.status === 200 ? (await answer.json()).undo : "";
    undo.hidden = !undo.value;
    status.textContent = root.dataset.textSaved;
    status.classList.remove("text-danger");
  } catch (error) {
    restore(before);
    row.querySelector("[data-handle]").focus();
    status.textContent = error instanceof TypeError ? root.dataset.textFailed : error.message;
    status.classList.add("text-danger");
  }
}

/** The sibling part before or after, at the same level. */
function sibling(row, step) {
  let other = step < 0 ? row.previousElementSibling : subtree(row).at(-1).nextElementSibling;
  while (step < 0 && other && depth(other) > depth(row)) other = other.previousElementSibling;
  return other && depth(other) === depth(row) ? other : null;
}

function shift(row, key) {
  const part = subtree(row);
  if (key === "ArrowLeft" || key === "ArrowRight") return indent(part, depth(row) + (key === "ArrowRight" ? 1 : -1));
  const other = sibling(row, key === "ArrowUp" ? -1 : 1);
  if (!other) return false;
  if (key === "ArrowUp") other.before(...part);
  else subtree(other).at(-1).after(...part);
  return true;
}

function move(event) {
  const part = dragged;
  const target = all().find((row) => {
    const box = row.getBoundingClientRect();
    return !part.includes(row) && event.clientY < box.top + box.height / 2;
  });
  if (target) target.before(...part);
  else rows.append(...part);
  indent(part, start.depth + Math.round((event.clientX - start.x) / STEP));
}

function giveUp(event) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  restore(former);
  end();
}

function end() {
  document.removeEventListener("pointermove", move);
  document.removeEventListener("pointerup", end);
  document.removeEventListener("keydown", giveUp);
  const row = dragged[0];
  for (const one of dragged) one.classList.remove("is-dragged");
  dragged = null;
  row.querySelector("[data-handle]").focus();
  if (JSON.stringify(place(row)) !== start.place) save(row);
}

if (rows) {
  for (const handle of rows.querySelectorAll("[data-handle]")) handle.hidden = false;
  rows.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button || dragged) return;
    event.preventDefault();
    handle.focus();
    const row = handle.closest("[data-topic]");
    dragged = subtree(row);
    former = snapshot();
    start = { x: event.clientX, depth: depth(row), place: JSON.stringify(place(row)) };
    for (const one of dragged) one.classList.add("is-dragged");
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("keydown", giveUp);
  });
  rows.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || dragged || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const row = handle.closest("[data-topic]");
    const before = snapshot();
    if (shift(row, event.key)) {
      former = before;
      handle.focus();
      save(row);
    }
  });
}
