/** Reads what a learner answered from the page. One reader a kind of control; templates/exams/types name the kind in data-response. */
const named = (root) => [...root.querySelectorAll("input, select, textarea")];

const readers = {
  single: (root) => root.querySelector("input:checked")?.value ?? null,
  many: (root) => [...root.querySelectorAll("input:checked")].map((input) => input.value),
  boolean: (root) => {
    const chosen = root.querySelector("input:checked");
    return chosen ? chosen.value === "true" : null;
  },
  text: (root) => root.querySelector("input, textarea").value,
  map: (root) => {
    const given = {};
    for (const input of named(root)) {
      if (!input.dataset.key || (["radio", "checkbox"].includes(input.type) && !input.checked) || !input.value) continue;
      if (input.type === "checkbox") (given[input.dataset.key] ??= []).push(input.value);
      else given[input.dataset.key] = input.value;
    }
    return given;
  },
  order: (root) => {
    const places = [...root.querySelectorAll("select[data-key]")].map((select, index) => ({ id: select.dataset.key, place: Number(select.value) || 0, index }));
    if (places.every((entry) => !entry.place)) return null;
    const last = places.length + 1;
    return places.sort((a, b) => (a.place || last) - (b.place || last) || a.index - b.index).map((entry) => entry.id);
  },
  files: (root) => [...root.querySelectorAll("[data-file] input[type=hidden]")].map((input) => {
    const [id, ...name] = input.value.split(" ");
    return { id, name: name.join(" ") };
  }),
  points: (root) => [...root.querySelectorAll("[data-point]")]
    .map((row) => [row.querySelector("[data-x]").value.trim(), row.querySelector("[data-y]").value.trim()])
    .filter(([x, y]) => x !== "" && y !== "" && Number.isFinite(Number(x)) && Number.isFinite(Number(y)))
    .map(([x, y]) => [Number(x), Number(y)]),
  parts: (root) => {
    const given = {};
    for (const part of root.querySelectorAll("[data-part]")) {
      const value = readPlain(part);
      if (isAnswered(value)) given[part.dataset.part] = value;
    }
    return given;
  },
};

/** The response inside a question, with the certainty chosen below it where one is asked for; null for a blank. */
export function readResponse(question) {
  const value = readPlain(question);
  const certainty = value === null ? null : question.querySelector("[data-certainty] input:checked");
  return certainty ? { $certainty: Number(certainty.value), $response: value } : value;
}

function readPlain(question) {
  const root = question.querySelector("[data-response]");
  const value = root ? readers[root.dataset.response](root) : null;
  return isAnswered(value) ? value : null;
}

/** Whether anything was answered; a blank inside a list or an object does not count. */
export function isAnswered(value) {
  if (value === null || value === undefined) return false;
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" ? Object.values(value).some(isAnswered) : true;
}

/** Puts a response into the controls of a question: what was kept on the device after a reload. */
export function writeResponse(question, stored) {
  const isWrapped = stored !== null && typeof stored === "object" && "$response" in stored;
  for (const input of question.querySelectorAll("[data-certainty] input")) input.checked = isWrapped && Number(input.value) === stored.$certainty;
  writePlain(question, isWrapped ? stored.$response : stored);
}

function writePlain(question, value) {
  const root = question.querySelector("[data-response]");
  if (!root) return;
  const kind = root.dataset.response;
  if (kind === "parts") {
    for (const part of root.querySelectorAll("[data-part]")) writePlain(part, value?.[part.dataset.part] ?? null);
    return;
  }
  if (kind === "files" || kind === "points") {
    if (kind === "points") {
      const points = Array.isArray(value) ? value : [];
      root.querySelectorAll("[data-point]").forEach((row, index) => {
        row.querySelector("[data-x]").value = points[index]?.[0] ?? "";
        row.querySelector("[data-y]").value = points[index]?.[1] ?? "";
      });
    }
    root.dispatchEvent(new CustomEvent("response:written", { bubbles: true, detail: value }));
    return;
  }
  const chosen = new Set(kind === "many" ? (value ?? []) : [String(value ?? "")]);
  for (const input of named(root)) {
    const own = input.dataset.key ? (value?.[input.dataset.key] ?? "") : value;
    if (kind === "order") input.value = Array.isArray(value) && value.includes(input.dataset.key) ? String(value.indexOf(input.dataset.key) + 1) : "";
    else if (kind === "map" && input.type === "checkbox") input.checked = Array.isArray(own) && own.includes(input.value);
    else if (kind === "map" && input.type === "radio") input.checked = own === input.value;
    else if (kind === "map") input.value = own;
    else if (input.type === "radio" || input.type === "checkbox") input.checked = chosen.has(input.value);
    else input.value = value ?? "";
  }
  root.dispatchEvent(new CustomEvent("response:written", { bubbles: true }));
}
