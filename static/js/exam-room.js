/** The exam room: ties the questions on the page to the device store, the server, the clock and the palette. */
import { format } from "./countdown.js";
import { slotAtHand } from "./exam/at-hand.js";
import { HandIn } from "./exam/hand-in.js";
import { QuestionTimes } from "./exam/question-times.js";
import { isAnswered, readResponse, writeResponse } from "./exam/responses.js";
import { SaveState } from "./exam/save-state.js";
import { openStore } from "./exam/store.js";
import { Sync } from "./exam/sync.js";
import "./answer-files.js";
import "./choice-limit.js";
import "./hotspot.js";
import "./ordering.js";
import "./sound-limit.js";
import "./word-count.js";

const room = document.querySelector("[data-exam-room]");
const strings = JSON.parse(document.getElementById("exam-strings").textContent);
const data = room.dataset;
const questions = new Map([...room.querySelectorAll("[data-question]")].map((question) => [Number(question.dataset.slot), question]));
const saveState = document.querySelector("[data-save-state]");
const speaker = document.querySelector("[data-exam-speaker]");
const receipts = [];

const say = (text) => (speaker.textContent = text);
document.addEventListener("exam:say", (event) => say(event.detail));

const store = await openStore();
const pausedNotice = document.querySelector("[data-paused-notice]");
const times = new QuestionTimes({
  attempt: data.attempt,
  stored: data.questionSeconds.split(",").filter(Boolean).map(Number),
  slotAtHand,
  isRunning: () => pausedNotice.hidden && !isOver && !sync.stopped,
});
const sync = new Sync({ attempt: data.attempt, key: data.attemptKey, epoch: Number(data.epoch), seq: Number(data.seq), url: data.saveUrl, store, times });

/* What the learner is told about the state of her answers. */
function counted(text, count) {
  return text.replace("%n", count.toLocaleString());
}
const answerState = new SaveState({ element: saveState, words: strings, say });
function showState(report) {
  const { state, unsent } = report;
  answerState.show(report);
  if (state === "moved") showEnd("moved", unsent);
  if (state === "key-lost") showEnd("key-lost", unsent);
  if (state === "expired" || state === "submitted") leave();
}
function showEnd(name, unsent) {
  const box = document.querySelector(`[data-room-notice="${name}"]`);
  if (!box) return;
  box.hidden = false;
  const count = box.querySelector("[data-unsent]");
  if (count) {
    count.hidden = !unsent;
    count.textContent = unsent === 1 ? strings.unsentOne : counted(strings.unsentMany, unsent);
  }
  lock();
  box.focus();
}
function lock() {
  for (const fieldset of room.querySelectorAll("[data-lockable]")) fieldset.disabled = true;
}
function leave() {
  sync.stop();
  window.removeEventListener("beforeunload", warn);
  location.assign(data.resultUrl);
}
sync.addEventListener("state", (event) => showState(event.detail));
sync.addEventListener("refused", ({ detail }) => {
  const question = questions.get(detail.slot);
  if (!question) return;
  let note = question.querySelector(".question-error");
  if (!note) {
    note = document.createElement("p");
    note.className = "question-error";
    note.setAttribute("role", "alert");
    question.append(note);
  }
  note.textContent = detail.message;
});

sync.addEventListener("closed", ({ detail }) => {
  const notice = document.querySelector('[data-room-notice="closed"]');
  notice.hidden = false;
  notice.querySelector("[data-unsent]").textContent = detail.slots.length === 1 ? strings.closedOne : counted(strings.closedMany, detail.slots.length);
});

/* Receipts: the newest ones, to be downloaded. */
const receiptButton = document.querySelector("[data-receipts]");
sync.addEventListener("receipt", ({ detail }) => {
  document.dispatchEvent(new CustomEvent("exam:saved"));
  receipts.push({ attempt: data.attempt, epoch: sync.epoch, seq: detail.seq, saved_at: detail.saved_at, receipt: detail.receipt });
  if (receipts.length > 200) receipts.shift();
  if (receiptButton) receiptButton.hidden = false;
  if (detail.deadline_at) clock(detail.deadline_at, detail.remaining_seconds);
});
receiptButton?.addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(receipts, null, 2)], { type: "application/json" }));
  link.download = `receipts-${data.attempt}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
});

/* The clock: seconds left as the server counts them, on the device's monotonic clock. */
const timer = document.querySelector("[data-room-timer]");
let endsAt = performance.now() + 1000 * Math.max(0, (Date.parse(data.deadline) - Date.parse(data.now)) / 1000);
let said = new Set();
let isOver = false;
function clock(_deadline, remaining) {
  const fresh = performance.now() + remaining * 1000;
  if (Math.abs(fresh - endsAt) < 2500) return;
  if (fresh > endsAt) said = new Set();
  endsAt = fresh;
}
let stands = null;
function tick() {
  const left = stands ?? Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  timer.querySelector("[data-countdown-text]").textContent = format(left, strings.days);
  timer.classList.toggle("timer--low", left <= 300);
  for (const [seconds, text] of [[300, strings.fiveMinutes], [60, strings.oneMinute]]) {
    if (left <= seconds && left > seconds - 5 && !said.has(seconds)) {
      said.add(seconds);
      document.dispatchEvent(new CustomEvent("exam:time", { detail: seconds }));
      say(text);
    }
  }
  if (left === 0 && !isOver && stands === null) timeUp();
}
async function timeUp() {
  isOver = true;
  say(strings.timeUp);
  lock();
  await Promise.race([sync.flush({ isLast: true }), new Promise((resolve) => setTimeout(resolve, 8000))]);
  sync.stop();
  window.removeEventListener("beforeunload", warn);
  document.querySelector("[data-submit-now]").requestSubmit();
}
setInterval(tick, 500);
tick();

/* Palette, flags and one question at a time. */
const marks = new Map([...document.querySelectorAll("[data-palette]")].map((link) => [Number(link.dataset.palette), link]));
function paint(slot) {
  const link = marks.get(slot);
  if (!link) return;
  const answered = isAnswered(readResponse(questions.get(slot)));
  const flagged = questions.get(slot).querySelector("[data-flag]")?.checked;
  link.toggleAttribute("data-answered", answered);
  link.toggleAttribute("data-flagged", Boolean(flagged));
  link.querySelector("[data-palette-state]").textContent = [answered ? strings.answered : strings.unanswered, flagged ? strings.flagged : ""].filter(Boolean).join(", ");
  const total = [...marks.values()].filter((mark) => mark.hasAttribute("data-answered")).length;
  for (const output of document.querySelectorAll("[data-answered-count]")) output.textContent = total.toLocaleString();
}
function flagged() {
  return [...questions].filter(([, question]) => question.querySelector("[data-flag]")?.checked).map(([slot]) => slot);
}
const isSingle = data.layout === "one_question";
const slots = [...questions.keys()];
const previous = document.querySelector("[data-previous]");
const next = document.querySelector("[data-next]");
let current = Math.max(0, slots.indexOf(Number(/^#question-(\d+)$/.exec(location.hash)?.[1])));
function show(index, focus = true) {
  if (!isSingle || index < 0 || index >= slots.length) return;
  current = index;
  slots.forEach((slot, at) => (questions.get(slot).hidden = at !== current));
  for (const section of document.querySelectorAll("[data-section]")) section.hidden = !section.querySelector("[data-question]:not([hidden])");
  previous.disabled = current === 0;
  next.disabled = current === slots.length - 1;
  marks.forEach((link, slot) => {
    if (slot === slots[current]) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  if (focus) questions.get(slots[current]).focus({ preventScroll: false });
}
if (isSingle) {
  for (const button of [previous, next]) button.hidden = false;
  previous.addEventListener("click", () => show(current - 1));
  next.addEventListener("click", () => show(current + 1));
  for (const [slot, link] of marks) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(slots.indexOf(slot));
    });
  }
  show(current, false);
}

/* Changes. */
function changed(event) {
  const question = event.target.closest("[data-question]");
  if (!question) return;
  const slot = Number(question.dataset.slot);
  if (event.target.matches("[data-flag]")) sync.flag(flagged());
  else {
    question.querySelector(".question-error")?.remove();
    sync.change(slot, readResponse(question), event.type === "change" ? 150 : undefined);
  }
  paint(slot);
}
room.addEventListener("input", (event) => {
  if (event.target.matches("textarea, input[type=text]")) changed(event);
});
room.addEventListener("change", changed);
for (const [slot, question] of questions) {
  const clear = question.querySelector("[data-clear]");
  if (!clear) continue;
  clear.hidden = false;
  clear.addEventListener("click", () => {
    writeResponse(question, null);
    sync.change(slot, null, 150);
    paint(slot);
  });
}

/* What was answered while this script was still on its way: the page as the server sent it is what the defaults say. */
function isChanged(control) {
  if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const sent = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
  return Boolean(sent) && control.value !== sent.value;
}
const early = new Set();
for (const [slot, question] of questions) {
  if (![...question.querySelectorAll("[data-response] :is(input, select, textarea), [data-certainty] input")].some(isChanged)) continue;
  early.add(slot);
  sync.change(slot, readResponse(question), 50);
  paint(slot);
}
if (flagged().length !== room.querySelectorAll("[data-flag][checked]").length) sync.flag(flagged());

/* What an earlier page could not send: taken over when nobody opened the exam in between, offered otherwise. */
const left = await store.list(data.attempt);
const own = left.filter((entry) => entry.epoch >= sync.epoch - 1 && questions.has(entry.slot) && !early.has(entry.slot));
const older = left.filter((entry) => !own.includes(entry) && questions.has(entry.slot) && !early.has(entry.slot));
function takeOver(entries) {
  for (const entry of entries) {
    writeResponse(questions.get(entry.slot), entry.response);
    sync.change(entry.slot, entry.response, 50);
    paint(entry.slot);
  }
}
takeOver(own);
// Questions that are closed by now are not on the page: what was written to them goes to the invigilator.
if ("forwardOnly" in data) for (const entry of left) if (!questions.has(entry.slot)) sync.change(entry.slot, entry.response, 50);
if (older.length) {
  const offer = document.querySelector('[data-room-notice="offer"]');
  offer.hidden = false;
  offer.querySelector("[data-unsent]").textContent = older.length === 1 ? strings.offerOne : counted(strings.offerMany, older.length);
  offer.querySelector("[data-offer-take]").addEventListener("click", () => {
    takeOver(older);
    offer.hidden = true;
  });
  offer.querySelector("[data-offer-drop]").addEventListener("click", async () => {
    await Promise.all(older.map((entry) => store.remove(data.attempt, entry.slot)));
    offer.hidden = true;
  });
}

/* Leaving: handing in waits for the last answer; a closing page sends what it can. */
function warn(event) {
  if (sync.unsent && !sync.stopped) event.preventDefault();
}
window.addEventListener("beforeunload", warn);
window.addEventListener("pagehide", () => sync.flushAtClose({ isLast: true }));
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && sync.flushAtClose());
window.addEventListener("online", () => sync.flush());
function toHandIn() {
  window.removeEventListener("beforeunload", warn);
  location.assign(data.submitUrl);
}
room.addEventListener("submit", async (event) => {
  event.preventDefault();
  const isForward = Boolean(event.submitter?.matches("[data-forward]"));
  if (await sync.flush({ isLast: !isForward })) {
    window.removeEventListener("beforeunload", warn);
    if (isForward) goOn(event.submitter);
    else toHandIn();
    return;
  }
  say(saveState.textContent.trim());
  if (!isForward) handIn.wait();
});
const handIn = new HandIn({ sync, go: toHandIn });
// The enter key in a line of text must not close a question that cannot be opened again.
room.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && "forwardOnly" in data && event.target.matches("input")) event.preventDefault();
});
/* The server closes this question and answers with the next; the form carries the answer once more. */
function goOn(button) {
  button.disabled = true;
  for (const [name, value] of [["then", "next"], ["question_seconds", times.totals.join(",")]]) {
    room.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  sync.stop();
  HTMLFormElement.prototype.submit.call(room);
}

/* What the live side of the room (exam/watch.js) hears from the server. */
document.addEventListener("exam:clock", ({ detail }) => {
  stands = detail.stands ? detail.remaining : null;
  if (!detail.stands) clock(null, detail.remaining);
  // The clock moves together with the words that announce it; the end has its own event.
  if (detail.remaining > 0) tick();
});
document.addEventListener("exam:resume", () => sync.flush());
document.addEventListener("exam:flush", async ({ detail }) => {
  await sync.flush({ isLast: true });
  window.removeEventListener("beforeunload", warn);
  detail();
});
document.addEventListener("exam:moved", () => {
  sync.stop();
  showState({ state: "moved", unsent: sync.unsent });
});
document.addEventListener("exam:ended", async () => {
  if (isOver || sync.stopped) return;
  lock();
  await Promise.race([sync.flush(), new Promise((resolve) => setTimeout(resolve, 8000))]);
  leave();
});
for (const slot of slots) paint(slot);
room.dataset.ready = "";
