/* Choosing several of many (components/chooser.html): a search by title, and how many are chosen. */
for (const chooser of document.querySelectorAll("[data-chooser]")) {
  const box = chooser.querySelector("[data-chooser-search]");
  const search = box.querySelector("input");
  const status = box.querySelector("[data-chooser-status]");
  const groups = [...chooser.querySelectorAll("details")];
  let before = null; // which groups were open before the search began

  const say = (isEmpty) => {
    const count = chooser.querySelectorAll("input[type=checkbox]:checked").length;
    const words = status.dataset;
    const chosen = count === 0 ? words.none : words.some.replace("{n}", count.toLocaleString());
    status.textContent = isEmpty ? `${words.noMatch} ${chosen}` : chosen;
  };

  const filter = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    if (wanted && !before) before = groups.map((group) => group.open);
    let found = 0;
    groups.forEach((group, place) => {
      let here = 0;
      for (const item of group.querySelectorAll("li")) {
        const fits = item.textContent.toLocaleLowerCase().includes(wanted);
        item.hidden = !fits;
        here += fits;
      }
      group.hidden = here === 0;
      group.open = wanted ? here > 0 : (before?.[place] ?? group.open);
      found += here;
    });
    if (!wanted) before = null;
    say(found === 0);
  };

  box.hidden = false;
  search.addEventListener("input", filter);
  // Enter in a search looks; it does not send the form.
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  chooser.addEventListener("change", () => say(false));
  filter();
}
