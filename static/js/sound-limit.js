/** Sounds that may be played a limited number of times: one button that asks the server before each play in an exam, and
 * counts on this page alone in practice. Pausing and going back are not offered: a play is a whole play. */
const words = () => document.querySelector("[data-sound-words]")?.dataset;
const assetOf = (audio) => /\/files\/illustrations\/([0-9a-f-]{36})\//.exec(audio.getAttribute("src") ?? "")?.[1] ?? "";

async function count(url, asset, play) {
  const body = new URLSearchParams({ asset, play });
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

class LimitedSound {
  constructor(audio) {
    this.audio = audio;
    this.asset = assetOf(audio);
    this.form = audio.closest("[data-plays-url]");
    const used = JSON.parse(this.form?.dataset.plays || "{}")[this.asset] ?? 0;
    this.left = Math.max(0, Number(audio.dataset.plays) - used);
    audio.dataset.limited = "";
    audio.controls = false;
    const box = document.createElement("span");
    box.className = "limited-sound";
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "button button--small" });
    this.state = document.createElement("span");
    this.state.setAttribute("role", "status");
    box.append(this.button, this.state);
    audio.after(box);
    this.button.addEventListener("click", () => this.play());
    audio.addEventListener("ended", () => this.draw());
    audio.addEventListener("pause", () => this.draw());
    this.draw();
  }

  draw(isPlaying = false) {
    const said = words();
    this.button.textContent = isPlaying ? said.playing : said.play;
    this.button.disabled = isPlaying || !this.left;
    this.state.textContent = this.left ? said.left.replace("%n", String(this.left)) : said.none;
  }

  async play() {
    this.button.disabled = true;
    // The same play keeps its id until it was counted: a lost answer does not cost a second one.
    this.pending ??= crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (sign) => (Number(sign) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(sign) / 4)))).toString(16));
    try {
      const url = this.form?.dataset.playsUrl;
      const answer = url ? await count(url, this.asset, this.pending) : { allowed: this.left > 0, left: this.left - 1 };
      this.pending = null;
      this.left = answer.left;
      if (!answer.allowed) return this.draw();
      this.audio.currentTime = 0;
      await this.audio.play();
      this.draw(true);
    } catch {
      this.draw();
      this.state.textContent = words().failed;
    }
    return undefined;
  }
}

export function enhance(scope = document) {
  if (!words()) return;
  for (const audio of scope.querySelectorAll("audio[data-plays]:not([data-limited])")) new LimitedSound(audio);
}
enhance();
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => enhance(event.target));
