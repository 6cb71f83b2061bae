/** Sets \( \) and \[ \] inside [data-math] with KaTeX, which is loaded only where there is something to set. */

const FORMULA = /\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]/g;
const HAS_FORMULA = /\\\(.+?\\\)|\\\[[\s\S]+?\\\]/;
const SKIPPED = "code, pre, script, style, textarea, .katex";

function loadKatex() {
  const base = new URL("../vendor/katex/", import.meta.url);
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("katex.min.css", base).href;
  document.head.append(sheet);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("katex.min.js", base).href;
    script.onload = () => resolve(window.katex);
    script.onerror = reject;
    document.head.append(script);
  });
}

function textNodes(scope) {
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT, (node) =>
    HAS_FORMULA.test(node.data) && !node.parentElement.closest(SKIPPED) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

function setFormulas(katex, node) {
  const parts = document.createDocumentFragment();
  let last = 0;
  for (const match of node.data.matchAll(FORMULA)) {
    parts.append(node.data.slice(last, match.index));
    const place = document.createElement("span");
    katex.render(match[1] ?? match[2], place, { displayMode: match[2] !== undefined, throwOnError: false, output: "htmlAndMathml" });
    parts.append(place);
    last = match.index + match[0].length;
  }
  parts.append(node.data.slice(last));
  node.replaceWith(parts);
}

/** Sets every formula inside `root`; the text stays as it was written when KaTeX cannot be loaded. */
export async function setMath(root = document) {
  const nodes = [...root.querySelectorAll("[data-math]")].flatMap(textNodes);
  if (!nodes.length) return;
  try {
    const katex = window.katex ?? (await loadKatex());
    for (const node of nodes) setFormulas(katex, node);
  } catch { /* the source of a formula can be read too */ }
}

setMath();
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => setMath(event.target));
