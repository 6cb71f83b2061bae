/**
 * The practice room: a question, its feedback and the next one without a page load. Answers are kept on the device until the server has them,
 * so going on without a network is possible; their feedback is shown when it comes. Without this script the page works by links and posts.
 */
import { readResponse } from "./exam/responses.js";
import { openStore } from "./exam/store.js";
import { Drafts } from "./practice/drafts.js";
import { Frame } from "./practice/frame.js";
import { practiceKeys } from "./practice/keys.js";
import { AnswerQueue } from "./practice/queue.js";
import { swipes } from "./practice/swipe.js";
import "./answer-files.js";
import "./choice-limit.js";
import "./hotspot.js";
import "./ordering.js";
import "./sound-limit.js";
import "./word-count.js";

const AHEAD = 2;
/** While the learner reads and writes, the questions after these are fetched too, a few at a time: a tunnel does not end a practice. */
const AHEAD_AT_REST = 30;
const FEW = 6;
const REST = 1000;
const PATIENCE = 2500;

async function enter(room) {
  const root = document.querySelector("[data-practice]");
  const place = root.querySelector("[data-place]");
  const frame = new Frame({ root, words: room.words, feedback: room.feedback });
  const token = frame.finish.querySelector("input[name=csrfmiddlewaretoken]").value;
  const store = await openStore();
  const queue = new AnswerQueue({ ...room, store });
  const drafts = new Drafts({ session: room.session, store });
  await drafts.load();

  const items = new Map();
  const patient = new Set();
  const elsewhere = new Set();
  const spent = new Map();
  let letters = [...room.letters];
  let current = room.index;
  let shownAt = performance.now();
  let wantsToFinish = false;
  let resting = 0;

  /* Questions: each is made once, so that what was begun stays in its fields while the learner looks elsewhere. */
  function made(html) {
    const box = document.createElement("div");
    box.className = "practice-place";
    box.innerHTML = html;
    for (const input of box.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
    return box;
  }
  function put(index, html, isFeedback) {
    items.set(index, { box: made(html), isFeedback, isDressed: false });
  }
  const questionOf = (index) => items.get(index)?.box.querySelector("[data-question]");
  const isOpen = (index) => letters[index] === "-" && !queue.pending.has(index);

  function show({ isMoved = true } = {}) {
    const item = items.get(current);
    place.setAttribute("aria-busy", String(!item));
    if (!item) {
      place.replaceChildren();
      frame.showNote(queue.failures ? room.words.missing : room.words.loading);
      queue.want(current);
    } else {
      if (place.firstElementChild !== item.box) place.replaceChildren(item.box);
      if (!item.isDressed) dress(item);
      lock(item);
      frame.showNote(noteOf(item));
    }
    paint();
    if (!isMoved) return;
    window.scrollTo(0, 0);
    (place.querySelector("article") ?? frame.note).focus({ preventScroll: true });
  }
  function dress(item) {
    item.isDressed = true;
    item.box.dispatchEvent(new CustomEvent("content:shown", { bubbles: true }));
    const question = item.box.querySelector("[data-question]");
    if (question && isOpen(current) && drafts.restore(current, question)) item.note = room.words.draft;
  }
  function lock(item) {
    const fieldset = item.box.querySelector("[data-lockable]");
    if (fieldset) fieldset.disabled = !isOpen(current);
  }
  function noteOf(item) {
    if (queue.pending.has(current)) return patient.has(current) || queue.failures ? room.words.waitingFeedback : room.words.checking;
    if (item.note) return item.note;
    return letters[current] !== "-" && !item.isFeedback && !item.box.querySelector(".alert") ? room.words.answeredAlready : "";
  }
  function paint() {
    const isWaiting = queue.pending.has(current) && !patient.has(current) && !queue.failures;
    frame.paint({ index: current, letters, isKept: (index) => queue.pending.has(index), isWaiting });
  }
  function prefetch(count = AHEAD) {
    for (let index = current + 1; index <= Math.min(current + count, frame.total - 1); index += 1) if (!items.has(index)) queue.want(index);
    rest();
  }
  function rest() {
    clearTimeout(resting);
    if (!navigator.connection?.saveData) resting = setTimeout(prefetchAtRest, REST);
  }
  function prefetchAtRest() {
    if (queue.failures || queue.stopped || queue.wanted.size) return;
    const after = Array.from({ length: Math.min(AHEAD_AT_REST, frame.total - 1 - current) }, (_none, step) => current + 1 + step);
    for (const index of after.filter((place) => isOpen(place) && !items.has(place)).slice(0, FEW)) queue.want(index);
  }

  /* Going from one question to another. */
  function countSeconds() {
    spent.set(current, (spent.get(current) ?? 0) + performance.now() - shownAt);
    shownAt = performance.now();
  }
  function go(index, { isPushed = true } = {}) {
    if (index < 0 || index >= frame.total) return;
    drafts.keep();
    countSeconds();
    current = index;
    if (isPushed) history.pushState({ practice: index }, "", frame.href(index));
    show();
    prefetch();
  }
  function follow(event) {
    const link = event.target.closest("[data-back], [data-skip], [data-next], [data-palette]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || queue.stopped) return;
    event.preventDefault();
    go(Number(new URL(link.href).searchParams.get("n")) - 1);
  }
  root.addEventListener("click", follow);
  window.addEventListener("popstate", () => {
    const index = Number(new URL(location.href).searchParams.get("n") ?? room.index + 1) - 1;
    go(index, { isPushed: false });
  });

  /* Answering. */
  function answer(form, submitter) {
    const question = form.querySelector("[data-question]");
    if (!isOpen(current) || form.querySelector("[aria-busy=true]")) return;
    const response = readResponse(question);
    if (response === null && submitter?.name !== "blank") {
      askBlank(form);
      return;
    }
    countSeconds();
    const index = current;
    form.querySelector("[data-blank-notice]")?.remove();
    items.get(index).note = "";
    prefetch(AHEAD + 1);
    const seconds = Math.round(spent.get(index) / 1000);
    queue.add({ index, response, seconds, blank: response === null });
    if (room.feedback === "at_end" && index < frame.total - 1) go(index + 1);
    else show({ isMoved: false });
    setTimeout(() => {
      patient.add(index);
      if (index === current && queue.pending.has(index)) show({ isMoved: false });
    }, PATIENCE);
  }
  function askBlank(form) {
    if (!form.querySelector("[data-blank-notice]")) form.append(document.querySelector("[data-blank-template]").content.cloneNode(true));
    form.querySelector("[data-blank-notice] button").focus();
  }
  async function assess(form, submitter) {
    const body = new FormData(form, submitter);
    try {
      const given = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!given.ok) throw new Error(String(given.status));
      items.delete(current);
      show({ isMoved: false });
    } catch {
      frame.showState({ state: "offline", unsent: queue.unsent, isKept: queue.isKept });
    }
  }
  place.addEventListener("submit", (event) => {
    if (queue.stopped) return;
    const act = event.target.id === "practice-form" ? answer : event.target.matches("[data-assess]") ? assess : null;
    if (!act) return;
    event.preventDefault();
    act(event.target, event.submitter);
  });
  for (const name of ["input", "change"]) {
    place.addEventListener(name, ({ target }) => {
      const question = target.closest("[data-question]");
      if (!question || !isOpen(current)) return;
      question.closest("form").querySelector("[data-blank-notice]")?.remove();
      drafts.change(current, question);
    });
  }

  /* What comes back. */
  queue.addEventListener("states", ({ detail }) => {
    const former = letters;
    letters = [...detail.states];
    for (const [index, item] of [...items]) {
      const isNews = letters[index] !== former[index] && !item.isFeedback && !queue.pending.has(index);
      if (isNews && !detail.own.has(index)) {
        items.delete(index);
        elsewhere.add(index);
        drafts.drop(index);
        if (index === current) show({ isMoved: false });
      }
    }
    paint();
  });
  queue.addEventListener("result", ({ detail }) => {
    const { index, feedback, isElsewhere } = detail;
    drafts.drop(index);
    if (feedback !== undefined) put(index, feedback, true);
    if (isElsewhere && items.has(index)) items.get(index).note = room.words.elsewhere;
    if (index === current) show({ isMoved: feedback !== undefined });
    else paint();
    if (feedback !== undefined) frame.sayArrived(index, letters[index]);
  });
  queue.addEventListener("item", ({ detail }) => {
    const isNews = !items.has(detail.index);
    rest();
    if (isNews) put(detail.index, detail.html, detail.is_answered && room.feedback !== "at_end");
    if (isNews && elsewhere.delete(detail.index)) items.get(detail.index).note = room.words.elsewhere;
    if (isNews && detail.index === current) show({ isMoved: document.activeElement === document.body || document.activeElement === frame.note });
  });
  queue.addEventListener("refused", ({ detail }) => {
    if (detail.index === current) show({ isMoved: false });
    paint();
    frame.showRefused(detail.index, detail.why);
  });
  queue.addEventListener("state", ({ detail }) => {
    frame.showState(detail);
    if (detail.state === "offline") show({ isMoved: false });
    if (detail.state === "sent" && wantsToFinish) finish();
    if (queue.stopped) root.querySelector("[data-place]").setAttribute("inert", "");
  });

  /* Finishing waits for the last answer. */
  async function finish() {
    await drafts.clear();
    HTMLFormElement.prototype.submit.call(frame.finish);
  }
  frame.finish.addEventListener("submit", async (event) => {
    event.preventDefault();
    drafts.keep();
    if (await queue.flush()) {
      finish();
      return;
    }
    wantsToFinish = true;
    frame.showNote(room.words.finishWaits);
    frame.say(room.words.finishWaits);
  });
  for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => (wantsToFinish = false));

  /* Leaving, coming back, the network. */
  window.addEventListener("pagehide", () => {
    drafts.keepAtClose();
    queue.flushAtClose();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      countSeconds();
      drafts.keepAtClose();
      queue.flushAtClose();
    } else {
      shownAt = performance.now();
      queue.refresh();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (queue.unsent && !queue.isKept && !queue.stopped) event.preventDefault();
  });
  window.addEventListener("online", () => queue.refresh());
  window.addEventListener("offline", () => frame.showState({ state: "offline", unsent: queue.unsent, isKept: queue.isKept }));

  /* The page as the server sent it is the first question. */
  const first = document.createElement("div");
  first.className = "practice-place";
  first.append(...place.childNodes);
  items.set(current, { box: first, isFeedback: !first.querySelector("#practice-form"), isDressed: true });
  place.append(first);
  const question = questionOf(current);
  if (question && isOpen(current) && drafts.restore(current, question)) items.get(current).note = room.words.draft;
  history.replaceState({ practice: current }, "", frame.href(current));
  practiceKeys({ place, check: frame.check, next: frame.next, go: (step) => go(current + step) });
  swipes(document.getElementById("practice-item"), (step) => go(current + step));
  await queue.restore();
  show({ isMoved: false });
  prefetch();
  root.dataset.ready = "";
}

const words = document.getElementById("practice-room");
const room = words ? JSON.parse(words.textContent) : null;
if (room?.key) enter(room);
