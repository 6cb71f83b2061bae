/** Order of an outline by dragging or by the arrow keys; the buttons up and down work without any of this. */

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

/** Says where a row stands now: "Chapter 2: 1 of 5". */
function placeOf(row) {
  const rows = [...row.parentElement.children];
  const title = row.querySelector(".outline-editor__title").textContent.trim();
  return root.dataset.textPlace
    .replace("{item}", title).replace("{place}", String(rows.indexOf(row) + 1)).replace("{count}", String(rows.length));
}

function save(row) {
  const body = JSON.stringify(order());
  const status = root.querySelector("[data-outline-status]");
  const place = placeOf(row);
  sending = sending.then(async () => {
    status.textContent = root.dataset.textSaving;
    try {
      const answer = await fetch(root.dataset.orderUrl, {
        method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      status.textContent = `${place} ${root.dataset.textSaved}`;
      root.dispatchEvent(new CustomEvent("outline:saved", { bubbles: true }));
    } catch (error) {
      status.textContent = "";
      say(error instanceof TypeError ? root.dataset.textFailed : error.message, "danger");
    }
  });
}

const EDGE_PIXELS = 64;
const SCROLL_PIXELS = 12;

let dragged = null;
let before = "";
let pointer = { x: 0, y: 0 };

function placeFor(container, selector, y) {
  return [...container.querySelectorAll(`:scope > ${selector}:not(.is-dragged)`)].find((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  }) ?? null;
}

/** Moves the dragged row into a place unless it stands there already: every move in the document costs a layout. */
function put(list, place) {
  if (dragged.parentElement !== list || dragged.nextElementSibling !== place) list.insertBefore(dragged, place);
}

function start(event) {
  const handle = event.target.closest("[data-drag-handle]");
  if (!handle || event.button || dragged) return;
  event.preventDefault();
  handle.focus();
  dragged = handle.closest("[data-lesson-row]") ?? handle.closest("[data-chapter]");
  before = JSON.stringify(order());
  pointer = { x: event.clientX, y: event.clientY };
  dragged.classList.add("is-dragged");
  if (dragged.matches("[data-chapter]")) {
    // Chapters shrink to their headings, so that the whole order is in sight; the one in hand stays under the pointer.
    root.classList.add("is-sorting-chapters");
    window.scrollBy(0, handle.getBoundingClientRect().top - pointer.y);
  }
  // On the document: a row that is moved loses the pointer, and a hand leaves the list without noticing.
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", cancel);
  document.addEventListener("keydown", escape);
  requestAnimationFrame(scrollAtEdge);
}

function move(event) {
  pointer = { x: event.clientX, y: event.clientY };
  arrange();
}

function arrange() {
  if (dragged.matches("[data-lesson-row]")) {
    const chapter = document.elementFromPoint(pointer.x, pointer.y)?.closest("[data-chapter]");
    const list = chapter?.querySelector("[data-lessons]");
    if (list) put(list, placeFor(list, "[data-lesson-row]", pointer.y));
  } else {
    const list = root.querySelector("[data-chapters]");
    put(list, placeFor(list, "[data-chapter]", pointer.y));
  }
}

/** Scrolls while the pointer is near the upper or lower edge of the window. */
function scrollAtEdge() {
  if (!dragged) return;
  const step = pointer.y < EDGE_PIXELS ? -SCROLL_PIXELS : pointer.y > innerHeight - EDGE_PIXELS ? SCROLL_PIXELS : 0;
  if (step) {
    window.scrollBy({ top: step, behavior: "instant" });
    arrange();
  }
  requestAnimationFrame(scrollAtEdge);
}

function release() {
  const row = dragged;
  dragged = null;
  row.classList.remove("is-dragged");
  root.classList.remove("is-sorting-chapters");
  document.removeEventListener("pointermove", move);
  document.removeEventListener("pointerup", end);
  document.removeEventListener("pointercancel", cancel);
  document.removeEventListener("keydown", escape);
  row.querySelector("[data-drag-handle]").focus();
  return row;
}

function end() {
  const row = release();
  if (JSON.stringify(order()) !== before) save(row);
}

/** Puts everything back where it was when the row was taken up. */
function cancel() {
  release();
  for (const { chapter, lessons } of JSON.parse(before)) {
    const section = root.querySelector(`[data-chapter="${chapter}"]`);
    section.parentElement.append(section);
    const list = section.querySelector("[data-lessons]");
    for (const lesson of lessons) list.append(root.querySelector(`[data-lesson-row="${lesson}"]`));
  }
}

function escape(event) {
  if (event.key === "Escape") cancel();
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
  root.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-drag-handle]");
    if (!handle || dragged || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const row = handle.closest("[data-lesson-row]") ?? handle.closest("[data-chapter]");
    if (shift(row, event.key === "ArrowUp" ? -1 : 1)) {
      handle.focus();
      save(row);
    }
  });
  for (const handle of root.querySelectorAll("[data-drag-handle]")) handle.hidden = false;
}
