/** Ties the live side to the room: clock, pause, messages, the end; and the signals that this exam logs. */
import { slotAtHand } from "./at-hand.js";
import { Live } from "./live.js";
import { askFullScreen, blockClipboard, Signals, watchLeaving } from "./signals.js";

const watch = JSON.parse(document.getElementById("exam-watch").textContent);
const { strings } = watch;
const room = document.querySelector("[data-exam-room]");
const data = room.dataset;
const box = document.querySelector("[data-room-messages]");
const list = document.querySelector("[data-message-list]");
const note = document.querySelector("[data-watch-note]");
let isAway = false;

const tell = (name, detail = null) => document.dispatchEvent(new CustomEvent(name, { detail }));
const say = (text) => tell("exam:say", text);

const lastMessage = () => Math.max(0, ...[...list.children].map((item) => Number(item.dataset.message)));

/* Messages: said once, kept in the list. */
function showMessages(messages) {
  const last = lastMessage();
  const fresh = messages.filter((message) => message.id > last);
  if (!fresh.length) return;
  const template = document.querySelector("[data-message-template]");
  for (const message of fresh) {
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.message = message.id;
    item.dataset.fresh = "";
    item.querySelector("[data-message-text]").textContent = message.text;
    item.querySelector("[data-message-time]").textContent = new Date(message.sent_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    list.append(item);
  }
  box.hidden = false;
  box.open = true;
  document.querySelector("[data-message-count]").textContent = list.children.length.toLocaleString();
}

/* The clock, the pause, the end. */
const timer = document.querySelector("[data-room-timer]");
const pauseNotice = document.querySelector("[data-paused-notice]");
let state = watch.state;
let deadline = Date.parse(data.deadline);
function follow(answer) {
  const until = Date.parse(answer.deadline_at);
  const isPaused = answer.state === "paused";
  tell("exam:clock", { remaining: answer.remaining_seconds, stands: isPaused });
  timer.classList.toggle("timer--stands", isPaused);
  if (pauseNotice) pauseNotice.hidden = !isPaused;
  if (isPaused && state === "open") say(strings.paused);
  if (!isPaused && state === "paused") {
    say(strings.goesOn);
    tell("exam:resume");
  } else if (!isPaused && answer.state === "open" && until > deadline + 1000) {
    const minutes = Math.round((until - deadline) / 60000);
    if (minutes) showNote(minutes === 1 ? strings.moreOne : strings.moreMany.replace("%n", minutes.toLocaleString()));
  }
  state = answer.state;
  deadline = until;
  showMessages(answer.messages);
  if (answer.moved) {
    live.stop();
    tell("exam:moved");
  } else if (!["open", "paused"].includes(answer.state)) {
    live.stop();
    tell("exam:ended");
  }
}
let noteTimer = 0;
function showNote(text) {
  note.hidden = false;
  note.textContent = text;
  clearTimeout(noteTimer);
  noteTimer = setTimeout(() => (note.hidden = true), 20000);
}

const signals = new Signals({ attempt: data.attempt, epoch: Number(data.epoch), key: data.attemptKey, url: watch.signals_url, reported: watch.reported, slotAtHand });
const live = new Live({ url: watch.live_url, key: data.attemptKey, place: () => ({ slot: slotAtHand(), away: isAway, message: lastMessage() }) });
live.addEventListener("change", ({ detail }) => follow(detail));
live.addEventListener("found", ({ detail }) => signals.note("offline", detail));

watchLeaving(signals, (away) => {
  isAway = watch.reported.includes("left_page") ? away : document.visibilityState === "hidden";
  if (!away) live.nudge();
});
if (watch.no_clipboard) blockClipboard(signals, room, () => showNote(strings.noClipboard));
askFullScreen(signals, document.querySelector("[data-full-screen]"));
window.addEventListener("online", () => live.nudge());
document.addEventListener("exam:saved", () => live.rest());
// Whatever waits goes out with the page; what does not arrive is kept on the device for the next one.
window.addEventListener("pagehide", () => signals.report({ keepalive: true }));

/* Releasing this device: the answers go first. */
document.querySelector("[data-release-device]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  tell("exam:flush", () => HTMLFormElement.prototype.submit.call(event.target));
});
live.start();
