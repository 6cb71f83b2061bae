// Marking by keyboard: levels by digit, Enter saves and shows the next answer, which was fetched before. Without it the
// same forms are sent as they stand.
const root = document.querySelector("[data-marking]");
const SIGN_OF_LIFE = 60_000;
const home = document.querySelector("[data-comments-home]");
let active = 0;

const typing = (element) => /^(TEXTAREA|SELECT)$/.test(element.tagName) || (element.tagName === "INPUT" && !/^(checkbox|radio)$/.test(element.type));

/** Shows the level buttons and ties them to the number beside them. */
function dress(scope) {
  for (const levels of scope.querySelectorAll("[data-levels]")) levels.hidden = false;
  for (const level of scope.querySelectorAll("[data-level]")) level.disabled = false;
  for (const criterion of criteria(scope)) show(criterion);
  // The one list of saved comments stands beside the answer that is being marked.
  const slot = scope.querySelector("[data-comments-slot]");
  if (home && slot) slot.append(home);
}
function criteria(scope = document) {
  return [...scope.querySelectorAll("[data-criterion]")];
}
function show(criterion) {
  const value = criterion.querySelector("[data-points]").value;
  for (const level of criterion.querySelectorAll("[data-level]")) {
    level.setAttribute("aria-pressed", String(value !== "" && Number(value) === Number(level.dataset.level)));
  }
}
function give(criterion, points) {
  const input = criterion.querySelector("[data-points]");
  input.value = points;
  show(criterion);
}
function activate(index, { focus = false } = {}) {
  const all = criteria();
  if (!all.length) return;
  active = Math.max(0, Math.min(index, all.length - 1));
  all.forEach((criterion, place) => criterion.classList.toggle("rubric-line--active", place === active));
  if (focus) all[active].scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const level = event.target.closest("[data-level]");
  if (level) {
    const criterion = level.closest("[data-criterion]");
    give(criterion, level.dataset.level);
    activate(criteria().indexOf(criterion) + 1);
  }
  const words = event.target.closest("[data-insert]");
  if (words) insert(words.dataset.insert);
});
document.addEventListener("input", (event) => {
  const criterion = event.target.closest("[data-criterion]");
  if (criterion) show(criterion);
});
document.addEventListener("focusin", (event) => {
  const criterion = event.target.closest("[data-criterion]");
  if (criterion) activate(criteria().indexOf(criterion));
});

function insert(text) {
  const area = document.querySelector("[data-comment]");
  if (!area) return;
  area.value = area.value.trim() ? `${area.value.trimEnd()}\n${text}` : text;
}

dress(document);
activate(0);

if (root) run();

function run() {
  const stage = root.querySelector("[data-stage]");
  const status = root.querySelector("[data-status]");
  const isFlow = root.dataset.flow === "1";
  let next = null; // the answer fetched beforehand: an element, or null
  let fetching = null;
  let saving = Promise.resolve();
  const underWay = new Set(); // answers whose marks are on their way, which the server still takes for waiting

  const current = () => stage.querySelector("[data-script]");
  const ids = () => [current(), next].filter(Boolean).map((script) => script.dataset.result);
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  function parse(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector("[data-script]");
  }

  function prefetch() {
    if (fetching || next || !isFlow) return fetching;
    fetching = fetch(`${root.dataset.url}?part=1&beside=${[...ids(), ...underWay].join(",")}`, { headers: { Accept: "text/html" } })
      .then(async (answer) => (answer.status === 200 ? parse(await answer.text()) : null))
      .catch(() => null)
      .then((script) => { next = script; fetching = null; return script; });
    return fetching;
  }

  function put(script) {
    stage.replaceChildren(script);
    dress(script);
    activate(0);
    script.querySelector(".marking__script")?.focus({ preventScroll: true });
    window.scrollTo({ top: root.getBoundingClientRect().top + window.scrollY - 16 });
    script.dispatchEvent(new CustomEvent("htmx:afterSwap", { bubbles: true })); // formulas are set by math.js
  }

  /** Puts the next answer up, waiting for it where it is not there yet; leaves for the list when there is none. */
  async function advance() {
    const script = next ?? (await (fetching ?? prefetch()));
    next = null;
    if (!script) {
      await saving;
      location.assign(root.dataset.doneUrl);
      return;
    }
    put(script);
    status.textContent = root.dataset.textNext.replace("%number", script.dataset.number);
    prefetch();
  }

  function complain(script, text) {
    const box = script.querySelector("[data-error]");
    box.hidden = false;
    box.querySelector("p").textContent = text;
    box.focus();
  }

  async function post(url, body) {
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } });
    return answer;
  }

  async function save(form, act) {
    const script = form.closest("[data-script]");
    if (act === "mark") {
      const empty = criteria(script).findIndex((criterion) => {
        const input = criterion.querySelector("[data-points]");
        return input.value === "" || !input.checkValidity();
      });
      if (empty >= 0) {
        activate(empty, { focus: true });
        complain(script, root.dataset.textMissing);
        return;
      }
    }
    const body = new FormData(form);
    body.set("act", act);
    status.textContent = root.dataset.textSaving;
    underWay.add(script.dataset.result);
    saving = (async () => {
      let text = root.dataset.textFailed;
      try {
        const answer = await post(root.dataset.url, body);
        const said = await answer.json();
        if (said.ok) {
          if (said.total !== undefined) tell(said);
          if (current() !== script) status.dataset.saved = "1";
          return;
        }
        text = said.error || text;
      } catch { /* the network; the mark is shown again */ } finally {
        underWay.delete(script.dataset.result);
      }
      if (current() && current() !== script) next = current();
      stage.replaceChildren(script);
      dress(script);
      activate(0);
      complain(script, text);
    })();
    if (act === "mark" && script.querySelector("[name=reason]")) {
      // A mark that stood is changed: the answer to it decides where to go.
      await saving;
      if (script.querySelector("[data-error]").hidden) location.assign(root.dataset.doneUrl);
      return;
    }
    await advance();
  }

  function tell({ marked, total }) {
    const meter = document.querySelector("[data-meter]");
    meter.max = total;
    meter.value = marked;
    document.querySelector("[data-marked]").textContent = marked;
    document.querySelector("[data-total]").textContent = total;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-mark-form]")) {
      const act = event.submitter?.value ?? "mark";
      if (act === "release" || !isFlow) return;
      event.preventDefault();
      await save(form, act);
    } else if (form.matches("[data-flag-form]")) {
      event.preventDefault();
      const body = new FormData(form);
      body.set("act", event.submitter?.value ?? "set");
      const answer = await post(form.action, body);
      if (answer.ok) {
        form.querySelector("details").open = false;
        form.classList.toggle("marking__flag--set", (await answer.json()).flagged);
      }
    } else if (form.matches("[data-comments-form]")) {
      event.preventDefault();
      const body = new FormData(form);
      if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
      const answer = await post(form.action, body);
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      document.querySelector("[data-saved-comments]").replaceWith(holder.content);
    } else if (form.matches("[data-undo-form]") && isFlow) {
      event.preventDefault();
      await undo(form);
    }
  }, true);

  async function undo(form) {
    await saving;
    const answer = await post(form.action, new FormData(form));
    if (!answer.ok) {
      status.textContent = root.dataset.textNothing;
      return;
    }
    const script = parse(await answer.text());
    const before = current();
    if (before && !next) next = before;
    put(script);
    const meter = document.querySelector("[data-meter]");
    tell({ marked: Math.max(0, meter.value - 1), total: meter.max });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const form = stage.querySelector("[data-mark-form]");
    if (!form) return;
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (event.key === "Enter") {
      if (event.target.tagName === "TEXTAREA" || event.target.closest("button, a, summary, [data-flag-form], [data-comments-form]")) return;
      event.preventDefault();
      return form.requestSubmit(form.querySelector('[value="mark"]'));
    }
    if (typing(event.target)) return;
    const all = criteria(stage);
    const one = all[active];
    if (/^[0-9]$/.test(event.key) && one) {
      const level = one.querySelector(`[data-key="${event.key}"]`);
      if (!level) return;
      give(one, level.dataset.level);
      activate(active + 1, { focus: true });
    } else if (event.key === "f" && one) {
      give(one, one.querySelector("[data-points]").max);
      activate(active + 1, { focus: true });
    } else if (event.key === "j" || event.key === "ArrowDown") activate(active + 1, { focus: true });
    else if (event.key === "k" || event.key === "ArrowUp") activate(active - 1, { focus: true });
    else if (event.key === "c") form.querySelector("[data-comment]").focus();
    else if (event.key === "l") form.querySelector("[data-later]")?.click();
    else if (event.key === "o") { stage.querySelector("[data-flag-form] details").open = true; stage.querySelector("#flag-note").focus(); }
    else if (event.key === "u") document.querySelector("[data-undo-form]").requestSubmit();
    else if (event.key === "?") keys.showModal();
    else return;
    event.preventDefault();
  });

  const keys = document.querySelector("#marking-keys");
  const showKeys = document.querySelector("[data-show-keys]");
  showKeys.hidden = false;
  showKeys.addEventListener("click", () => keys.showModal());

  function lease(act) {
    const body = new FormData();
    body.set("results", ids().join(","));
    body.set("act", act);
    body.set("csrfmiddlewaretoken", token());
    return body;
  }
  setInterval(() => {
    if (document.visibilityState === "visible") fetch(root.dataset.leaseUrl, { method: "POST", body: lease("extend") }).catch(() => {});
  }, SIGN_OF_LIFE);
  // Leaving gives back what is in hand; a reload takes it again at once.
  window.addEventListener("pagehide", () => {
    if (ids().length) fetch(root.dataset.leaseUrl, { method: "POST", body: lease("release"), keepalive: true }).catch(() => {});
  });
  root.dataset.ready = "1";
  prefetch();
}
