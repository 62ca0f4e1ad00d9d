"use strict";
const byId = (id) => document.getElementById(id);
const assets = JSON.parse(byId("assets").textContent);
const cards = [...document.querySelectorAll(".card")];

function wanted() {
  return {
    words: byId("search").value.toLowerCase().split(/\s+/).filter(Boolean),
    affordances: [...document.querySelectorAll("#filters [name=affordance]:checked")].map((box) => box.value),
    library: byId("library")?.value ?? "",
    licence: byId("licences")?.value ?? "",
  };
}

function fits(card, filter) {
  const have = card.dataset.affordances.split(" ");
  return filter.words.every((word) => card.dataset.words.includes(word))
    && filter.affordances.every((name) => have.includes(name))
    && (!filter.library || card.dataset.library === filter.library)
    && (!filter.licence || card.dataset.licences.split(" ").includes(filter.licence));
}

function apply() {
  const filter = wanted();
  let shown = 0;
  for (const card of cards) {
    card.hidden = !fits(card, filter);
    shown += card.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("main section")) {
    const inside = [...section.querySelectorAll(".card")];
    const left = inside.filter((card) => !card.hidden).length;
    if (!inside.length) continue;
    section.hidden = left === 0;
    section.querySelector(".count").textContent = left;
  }
  byId("found").textContent = shown === cards.length ? `${shown} categories` : `${shown} of ${cards.length} categories`;
  byId("nothing").hidden = shown > 0;
}

function stageName(slider) {
  const share = slider.value / slider.max;
  return share === 0 ? "closed" : share === 1 ? "open" : `${Math.round(100 * share)}% open`;
}

byId("opening").addEventListener("input", (event) => {
  document.documentElement.style.setProperty("--frame", event.target.value);
  event.target.setAttribute("aria-valuetext", stageName(event.target));
  byId("stage").textContent = stageName(event.target);
});

function openDetail(tile) {
  const facts = assets[tile.dataset.id], film = tile.querySelector("img").classList.contains("film");
  byId("title").textContent = tile.dataset.id;
  byId("large").src = tile.querySelector("img").src;
  byId("large").className = film ? "film" : "";
  byId("large").alt = tile.getAttribute("aria-label");
  byId("turn").hidden = !film;
  setOwn(tile.classList.contains("open") ? byId("own").max : 0);
  byId("facts").replaceChildren(...Object.entries(facts).map(([heading, text]) => {
    const row = document.createElement("div");
    row.append(document.createElement("dt"), document.createElement("dd"));
    row.firstChild.textContent = heading;
    row.lastChild.textContent = text;
    return row;
  }));
  byId("detail").showModal();
}

function setOwn(value) {
  byId("own").value = value;
  byId("own").setAttribute("aria-valuetext", stageName(byId("own")));
  byId("large").parentElement.style.setProperty("--frame", value);
}

byId("own").addEventListener("input", (event) => setOwn(event.target.value));
byId("detail").addEventListener("click", (event) => {
  if (event.target === byId("detail")) byId("detail").close();
});
byId("catalogue").addEventListener("click", (event) => {
  const tile = event.target.closest("button.tile");
  if (tile) openDetail(tile);
});
byId("filters").addEventListener("input", apply);
byId("reset").addEventListener("click", () => { byId("filters").reset(); apply(); });
apply();
document.documentElement.dataset.ready = "yes";
