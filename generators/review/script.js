"use strict";
// What goes wrong is written to the page itself, where a test without a console can see it.
addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });

const known = JSON.parse(document.getElementById("known").textContent);
const tasks = document.querySelector(".tasks");

function state(id) {
  const card = document.getElementById(id);
  const words = card.querySelector("textarea").value.trim().replace(/\s+/g, " ");
  const rejected = card.querySelector("input[value=reject]").checked;
  return { card, words, rejected, edited: words !== "" && words !== known[id].instruction };
}

function show() {
  let accepted = 0;
  for (const id of Object.keys(known)) {
    const { card, rejected, edited } = state(id);
    card.classList.toggle("rejected", rejected);
    card.classList.toggle("edited", edited && !rejected);
    accepted += rejected ? 0 : 1;
  }
  document.getElementById("accepted").textContent = accepted;
}

function entry(id) {
  const { words, rejected, edited } = state(id), { seen, decided } = known[id];
  const lines = ["  - task: " + id, "    seen: " + JSON.stringify(seen)];
  lines.push("    decision: " + (rejected ? "reject" : "accept"));
  if (edited && !rejected) lines.push("    instruction: " + JSON.stringify(words));
  for (const key of rejected ? ["note"] : ["name", "goal", "note"])
    if (decided[key] && decided[key].length) lines.push("    " + key + ": " + JSON.stringify(decided[key]));
  return lines.join("\n");
}

// JSON text is YAML.
const yaml = () => "tasks:\n" + Object.keys(known).map(entry).join("\n") + "\n";

document.getElementById("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([yaml()], { type: "application/yaml" }));
  link.download = "decisions.yaml";
  link.click();
});
document.querySelector(".bar").addEventListener("change", (event) => { tasks.dataset.show = event.target.value; });
tasks.addEventListener("input", show);
show();
