/** Hotspots: shapes follow the boxes inside them; points are set by click, touch and arrow keys, the fields of numbers carry them. */
const fill = (text, values) => Object.entries(values).reduce((said, [key, value]) => said.replace(`%${key}`, value), text);

/** The box of a region is a rectangle; its shape is what a click must hit. */
function enhanceRegions(root) {
  const limit = Number(root.dataset.limit) || Infinity;
  const state = root.querySelector("[data-hotspot-state]");
  root.dataset.enhanced = "";
  for (const region of root.querySelectorAll("[data-region]")) {
    const input = region.querySelector("input");
    region.querySelector(".hotspot__shape").addEventListener("click", () => {
      input.focus({ preventScroll: true });
      input.click();
    });
  }
  root.addEventListener("change", (event) => {
    if (event.target.type !== "checkbox" || root.querySelectorAll("input:checked").length <= limit) {
      state.textContent = "";
      return;
    }
    event.target.checked = false;
    state.textContent = root.dataset.textLimit;
  }, { capture: true });
}

/** A click on a place gives it the next free number, or takes its number away; the lists beside do the same by keys. */
function enhanceOrder(root) {
  const state = root.querySelector("[data-hotspot-state]");
  const lists = [...root.querySelectorAll("select[data-key]")];
  root.dataset.enhanced = "";
  for (const region of root.querySelectorAll("[data-region]")) {
    region.addEventListener("click", () => {
      const list = lists.find((one) => one.dataset.key === region.dataset.region);
      const taken = new Set(lists.map((one) => one.value));
      list.value = list.value ? "" : String(lists.findIndex((_one, index) => !taken.has(String(index + 1))) + 1);
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  root.addEventListener("change", ({ target }) => {
    const said = target.value ? root.dataset.textPlaced : root.dataset.textCleared;
    state.textContent = fill(said, { label: target.dataset.label, place: target.value });
  });
}

class Points {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("[data-canvas]");
    this.marks = root.querySelector("[data-marks]");
    this.state = root.querySelector("[data-hotspot-state]");
    this.rows = [...root.querySelectorAll("[data-point]")];
    this.size = this.svg.viewBox.baseVal;
    this.at = { x: this.size.width / 2, y: this.size.height / 2 };
    this.cursor = this.element("path", "hotspot__cursor");
    root.dataset.enhanced = "";
    this.svg.setAttribute("tabindex", "0");
    this.svg.append(this.cursor);
    this.svg.addEventListener("click", (event) => {
      this.at = this.place(event);
      this.set();
    });
    this.svg.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["input", "response:written"]) root.addEventListener(name, () => this.draw());
    this.draw();
  }

  element(name, className) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    made.setAttribute("class", className);
    return made;
  }

  place(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  get taken() {
    return this.rows.filter((row) => row.querySelector("[data-x]").value !== "" && row.querySelector("[data-y]").value !== "");
  }

  words(at = this.at) {
    return fill(this.root.dataset.textPlace, { x: Math.round((100 * at.x) / this.size.width), y: Math.round((100 * at.y) / this.size.height) });
  }

  draw() {
    const radius = Number(this.svg.dataset.radius);
    this.marks.replaceChildren(...this.taken.map((row) => {
      const mark = this.element("circle", "hotspot__point");
      mark.setAttribute("cx", row.querySelector("[data-x]").value);
      mark.setAttribute("cy", row.querySelector("[data-y]").value);
      mark.setAttribute("r", radius);
      return mark;
    }));
    const { x, y } = this.at;
    this.cursor.setAttribute("d", `M${x - 2 * radius} ${y}H${x + 2 * radius}M${x} ${y - 2 * radius}V${y + 2 * radius}`);
  }

  change() {
    this.draw();
    this.rows[0].querySelector("[data-x]").dispatchEvent(new Event("change", { bubbles: true }));
  }

  set() {
    // One point alone is moved; of several the next free one is set.
    const row = this.rows.length === 1 ? this.rows[0] : this.rows.find((entry) => !this.taken.includes(entry));
    if (!row) {
      this.state.textContent = this.root.dataset.textFull;
      return;
    }
    row.querySelector("[data-x]").value = String(Math.round(this.at.x * 10) / 10);
    row.querySelector("[data-y]").value = String(Math.round(this.at.y * 10) / 10);
    this.state.textContent = fill(this.root.dataset.textSet, { n: this.rows.indexOf(row) + 1, place: this.words() });
    this.change();
  }

  undo() {
    const row = this.taken.at(-1);
    if (!row) return;
    for (const input of row.querySelectorAll("input")) input.value = "";
    this.state.textContent = fill(this.root.dataset.textRemoved, { n: this.rows.indexOf(row) + 1 });
    this.change();
  }

  press(event) {
    const step = Math.max(this.size.width, this.size.height) / (event.shiftKey ? 20 : 100);
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (move) {
      this.at.x = Math.min(Math.max(this.at.x + move[0], 0), this.size.width);
      this.at.y = Math.min(Math.max(this.at.y + move[1], 0), this.size.height);
      this.state.textContent = this.words();
      this.draw();
    } else if (event.key === "Enter" || event.key === " ") this.set();
    else if (event.key === "Backspace" || event.key === "Delete") this.undo();
    else return;
    event.preventDefault();
  }
}

export function enhance(scope = document) {
  for (const root of scope.querySelectorAll("[data-hotspot]:not([data-enhanced])")) enhanceRegions(root);
  for (const root of scope.querySelectorAll("[data-hotspot-order]:not([data-enhanced])")) enhanceOrder(root);
  for (const root of scope.querySelectorAll("[data-hotspot-points]:not([data-enhanced])")) new Points(root);
}
enhance();
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => enhance(event.target));
