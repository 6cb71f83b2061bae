/** The learner's own tools in the room: put together here, each in its module, none of them touching an answer. */
import { AttemptMemory } from "./device.js";
import { displayPanel } from "./display.js";
import { Notes } from "./notes.js";
import { paletteFilter } from "./palette-filter.js";
import { quietTimer } from "./quiet-timer.js";
import { shortcuts } from "./shortcuts.js";
import { Strikes } from "./strike.js";
import { attachSymbols } from "./symbols.js";

const room = document.querySelector("[data-exam-room]");
const words = JSON.parse(document.getElementById("room-tool-words").textContent);
const template = (name) => document.querySelector(`template[data-room-template="${name}"]`);
const say = (text) => document.dispatchEvent(new CustomEvent("exam:say", { detail: text }));

const memory = new AttemptMemory(room.dataset.attempt);
const strikes = new Strikes({ memory, words, say, buttonTemplate: template("strike") });
const notes = new Notes({ memory, words, say });

for (const question of room.querySelectorAll("[data-question]")) {
  const tools = template("tools").content.firstElementChild.cloneNode(true);
  tools.setAttribute("aria-label", tools.dataset.label.replace("%n", question.dataset.slot));
  question.append(tools);
  const has = {
    strike: strikes.attach(question, tools),
    symbols: attachSymbols(question, tools, { bar: template("symbols"), preview: template("preview") }),
  };
  for (const [name, isHere] of Object.entries(has)) if (!isHere) tools.querySelector(`[data-tool="${name}"]`).remove();
  notes.attach(question, tools, template("note"));
  const clear = question.querySelector("[data-clear]");
  if (clear) tools.append(clear);
}
notes.pad(document.querySelector("[data-room-pad]"), document.querySelectorAll("[data-pad-open]"));
const display = displayPanel(document.querySelector("[data-room-display]"));
quietTimer({ timer: document.querySelector("[data-room-timer]"), toggle: document.querySelector("[data-timer-toggle]"), say });
paletteFilter(document.querySelector("[data-filter-palette]"));
shortcuts({ room, strikes, areOn: display.areShortcutsOn, help: document.querySelector("[data-room-help]") });
