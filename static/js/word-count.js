/** Counts words of essays while they are typed: every ideograph is one, and every run of other letters. */
export function countWords(text) {
  return (text.match(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|(?:(?!\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana})[\p{L}\p{N}\p{M}'’-])+/gu) ?? []).length;
}

function dress(output) {
  const area = output.closest("[data-response]").querySelector("textarea");
  const show = () => {
    const words = countWords(area.value);
    output.textContent = words === 1 ? output.dataset.one : output.dataset.many.replace("%n", words.toLocaleString());
  };
  output.hidden = false;
  area.addEventListener("input", show);
  area.closest("[data-response]").addEventListener("response:written", show);
  show();
}

function enhance(scope) {
  for (const output of scope.querySelectorAll("[data-word-count]")) dress(output);
}
enhance(document);
for (const name of ["htmx:afterSwap", "content:shown"]) document.addEventListener(name, (event) => enhance(event.target));
