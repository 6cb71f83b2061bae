/** Files that are handed in as an answer: sent in pieces at once, resumed after a lost connection, removed again. */
const RETRY_SECONDS = [1, 2, 5, 10, 20, 30];
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const csrfToken = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options, headers: { "X-CSRFToken": csrfToken(), ...options.headers } });
  } catch {
    return { isLost: true };
  }
  if (answer.status >= 500) return { isLost: true };
  let body = {};
  try {
    body = await answer.json();
  } catch { /* what is no JSON is judged by its status */ }
  return { ok: answer.ok, status: answer.status, body };
}

/** Asks again until the server can be reached; `say` tells the learner that it waits. */
async function insist(url, options, say) {
  for (let failures = 0; ; failures += 1) {
    const answer = await ask(url, options);
    if (!answer.isLost) return answer;
    say();
    await wait(RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)]);
  }
}

class AnswerFiles {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector(".answer-files__list");
    this.template = root.querySelector("[data-file-template]");
    this.input = root.querySelector("input[type=file]");
    this.bar = root.querySelector("progress");
    this.state = root.querySelector("[role=status]");
    this.queue = Promise.resolve();
    root.dataset.enhanced = "";
    for (const item of this.list.children) this.dress(item);
    // The form must not carry the chosen files a second time.
    this.input.removeAttribute("name");
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.list.addEventListener("click", (event) => this.remove(event.target.closest("[data-remove]")));
    root.addEventListener("dragover", (event) => event.preventDefault());
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
    root.addEventListener("response:written", (event) => {
      if ("detail" in event) this.write(event.detail);
    });
    // Chosen before this ran.
    if (this.input.files.length) this.take([...this.input.files]);
  }

  get url() {
    return this.root.closest("[data-files-url]")?.dataset.filesUrl ?? "";
  }

  words(name, values) {
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`%${key}`, value), this.root.dataset[name]);
  }

  say(text) {
    this.state.textContent = text;
  }

  /** Gives a file that the server drew the same button as one that was just sent. */
  dress(item) {
    item.querySelector("[data-plain-remove]")?.remove();
    const name = item.querySelector("a").textContent;
    if (!item.querySelector("[data-remove]")) item.append(this.template.content.querySelector("[data-remove]").cloneNode(true));
    item.querySelector("[data-remove]").setAttribute("aria-label", this.words("textRemove", { name }));
  }

  add({ id, name, url }) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    const hidden = item.querySelector("input");
    hidden.name = this.root.dataset.name;
    hidden.value = `${id} ${name}`;
    const link = item.querySelector("a");
    link.textContent = name;
    link.href = url ?? this.root.dataset.openUrl.replace("00000000-0000-0000-0000-000000000000", id);
    this.list.append(item);
    this.dress(item);
  }

  write(value) {
    this.list.replaceChildren();
    for (const file of Array.isArray(value) ? value : []) this.add(file);
  }

  changed() {
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  remove(button) {
    if (!button) return;
    const item = button.closest("[data-file]");
    const name = item.querySelector("a").textContent;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (next?.querySelector("[data-remove]") ?? this.input).focus();
    this.say(this.words("textRemoved", { name }));
    this.changed();
  }

  take(files) {
    for (const file of files) this.queue = this.queue.then(() => this.send(file));
    this.queue = this.queue.then(() => {
      this.input.value = "";
    });
  }

  async send(file) {
    const { dataset } = this.root;
    const name = file.name;
    const endings = dataset.endings.split(",");
    if (this.list.children.length >= Number(dataset.maximum)) return this.say(dataset.textMany);
    if (!endings.some((ending) => name.toLowerCase().endsWith(ending))) return this.say(this.words("textKind", { name }));
    if (file.size > Number(dataset.megabytes) * 1048576) return this.say(this.words("textLarge", { name }));
    if (!this.url) return undefined;
    this.bar.hidden = false;
    this.bar.value = 0;
    this.root.setAttribute("aria-busy", "true");
    try {
      const kept = await this.carry(file);
      this.add(kept);
      this.say(this.words("textDone", { name: kept.name }));
      this.changed();
    } catch (error) {
      this.say(error.message || this.words("textFailed", { name }));
    } finally {
      this.bar.hidden = true;
      this.root.removeAttribute("aria-busy");
    }
    return undefined;
  }

  async carry(file) {
    const wants = () => this.say(this.root.dataset.textWaiting);
    const announced = new URLSearchParams({ name: this.root.dataset.name, file_name: file.name, size_bytes: file.size });
    let answer = await insist(this.url, { method: "POST", body: announced }, wants);
    if (!answer.ok) throw new Error(answer.body.detail);
    let status = answer.body;
    const { url, keep_url: keepUrl } = status;
    while (status.state === "open") {
      const offset = status.received_bytes;
      answer = await insist(url, { method: "PUT", body: file.slice(offset, offset + status.piece_bytes), headers: { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" } }, wants);
      if (!answer.ok && answer.status !== 409) throw new Error(answer.body.detail);
      status = answer.body;
      this.bar.value = (100 * status.received_bytes) / status.size_bytes;
      const percent = Math.floor(this.bar.value);
      if (percent % 25 === 0) this.say(this.words("textProgress", { name: file.name, percent }));
    }
    answer = await insist(keepUrl, { method: "POST" }, wants);
    if (!answer.ok) throw new Error(answer.body.detail);
    return answer.body;
  }
}

export function enhance(scope = document) {
  for (const root of scope.querySelectorAll("[data-answer-files]:not([data-enhanced])")) new AnswerFiles(root);
}
enhance();
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => enhance(event.target));
