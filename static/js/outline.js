/** Order of an outline by dragging or by Alt and the arrow keys; the buttons up and down work without any of this. */

const root = document.querySelector("[data-outline-editor]");

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function say(text, level) {
  document.dispatchEvent(new CustomEvent("announce", { detail: { text, level } }));
}

function order() {
  return [...root.querySelectorAll("[data-chapter]")].map((chapter) => ({
    chapter: chapter.dataset.chapter,
    lessons: [...chapter.querySelectorAll("[data-lesson-row]")].map((row) => row.dataset.lessonRow),
  }));
}

let sending = Promise.resolve();

function save() {
  const body = JSON.stringify(order());
  const status = root.querySelector("[data-outline-status]");
  sending = sending.then(async () => {
    status.textContent = root.dataset.textSaving;
    try {
      const answer = await fetch(root.dataset.orderUrl, {
        method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      status.textContent = root.dataset.textSaved;
    } catch (error) {
      status.textContent = "";
      say(error instanceof TypeError ? root.dataset.textFailed : error.message, "danger");
    }
  });
}

let dragged = null;

function placeFor(container, selector, y) {
  return [...container.querySelectorAll(`:scope > ${selector}:not(.is-dragged)`)].find((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  }) ?? null;
}

function start(event) {
  const handle = event.target.closest("[data-drag-handle]");
  if (!handle || event.button) return;
  dragged = handle.closest("[data-lesson-row]") ?? handle.closest("[data-chapter]");
  event.preventDefault();
  dragged.classList.add("is-dragged");
  handle.setPointerCapture(event.pointerId);
}

function move(event) {
  if (!dragged) return;
  if (dragged.matches("[data-lesson-row]")) {
    const chapter = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-chapter]");
    const list = chapter?.querySelector("[data-lessons]");
    if (list) list.insertBefore(dragged, placeFor(list, "[data-lesson-row]", event.clientY));
  } else {
    const list = root.querySelector("[data-chapters]");
    list.insertBefore(dragged, placeFor(list, "[data-chapter]", event.clientY));
  }
}

function end() {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  dragged = null;
  save();
}

function shift(row, step) {
  if (row.matches("[data-chapter]")) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return false;
    other[step < 0 ? "before" : "after"](row);
    return true;
  }
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (other?.matches("[data-lesson-row]")) {
    other[step < 0 ? "before" : "after"](row);
    return true;
  }
  const chapter = row.closest("[data-chapter]");
  const next = step < 0 ? chapter.previousElementSibling : chapter.nextElementSibling;
  const list = next?.querySelector("[data-lessons]");
  if (!list) return false;
  list[step < 0 ? "append" : "prepend"](row);
  return true;
}

if (root) {
  root.addEventListener("pointerdown", start);
  root.addEventListener("pointermove", move);
  root.addEventListener("pointerup", end);
  root.addEventListener("pointercancel", end);
  root.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-drag-handle]");
    if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const row = handle.closest("[data-lesson-row]") ?? handle.closest("[data-chapter]");
    if (shift(row, event.key === "ArrowUp" ? -1 : 1)) {
      handle.focus();
      save();
    }
  });
  for (const handle of root.querySelectorAll("[data-drag-handle]")) handle.hidden = false;
}
