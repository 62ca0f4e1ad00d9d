"use strict";
// What goes wrong is written to the page itself, where a test without a console can see it.
addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });

const LAYERS = { rgb: "Colour", instance: "Instances", depth: "Depth", boxes: "Boxes" };

function make(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function layerControls(sheet, toolbar) {
  const has = (layer) => layer === "rgb" || sheet.querySelector(layer === "boxes" ? ".boxes > span" : "." + layer);
  const choices = make("div", { className: "segmented" });
  const slider = make("input", { type: "range", min: 20, max: 100, value: 70 });
  const opacity = make("label", { className: "opacity", hidden: true }, "Opacity", slider);
  const near = make("span"), far = make("span");
  const legend = make("span", { className: "legend", hidden: true }, near, make("i"), far);
  const frames = [...sheet.querySelectorAll(".frame")];
  near.textContent = Math.min(...frames.map((frame) => frame.dataset.near)).toFixed(2) + " m";
  far.textContent = Math.max(...frames.map((frame) => frame.dataset.far)).toFixed(2) + " m";
  for (const [layer, name] of Object.entries(LAYERS)) {
    if (!has(layer)) continue;
    const radio = make("input", { type: "radio", name: "layer", value: layer, checked: layer === "rgb" });
    radio.addEventListener("change", () => {
      sheet.dataset.layer = layer;
      opacity.style.display = layer === "instance" ? "" : "none";
      legend.style.display = layer === "depth" ? "" : "none";
    });
    choices.append(make("label", {}, radio, name));
  }
  opacity.hidden = legend.hidden = false;
  opacity.style.display = legend.style.display = "none";
  slider.addEventListener("input", () => sheet.style.setProperty("--opacity", slider.value / 100));
  toolbar.append(choices, opacity, legend);
}

function viewer(sheet, dialog) {
  const room = dialog.querySelector(".viewer");
  sheet.addEventListener("click", (event) => {
    const frame = event.target.closest(".stack")?.closest(".frame");
    if (!frame) return;
    const picture = frame.querySelector(".stack").cloneNode(true);
    const large = make("div", { className: "stack" }, ...picture.childNodes);
    large.style.aspectRatio = picture.style.aspectRatio;
    const objects = frame.querySelector(".objects").cloneNode(true);
    objects.hidden = false;
    const caption = make("p", { className: "meta", textContent: frame.querySelector("figcaption").textContent });
    room.dataset.layer = sheet.dataset.layer;
    room.style.setProperty("--opacity", sheet.style.getPropertyValue("--opacity") || 0.7);
    room.replaceChildren(make("div", {}, large, caption), objects);
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

function player(clip) {
  const video = clip.querySelector("video"), sentence = clip.querySelector(".now");
  const toggle = make("button", { type: "button", className: "toggle" });
  const show = () => {
    toggle.textContent = video.paused ? "▶" : "❚❚";
    toggle.setAttribute("aria-label", video.paused ? "Play" : "Pause");
  };
  toggle.addEventListener("click", () => {
    clip.dataset.held = video.paused ? "" : "yes";
    if (video.paused) video.play(); else video.pause();
  });
  video.addEventListener("play", show);
  video.addEventListener("pause", show);
  show();
  video.controls = false;
  video.after(toggle);
  const parts = [...clip.querySelectorAll(".timeline button")];
  const startOf = (part) => (part.dataset.start / 100) * clip.dataset.seconds;
  for (const part of parts) {
    part.addEventListener("click", () => { video.currentTime = startOf(part); video.play(); });
  }
  video.addEventListener("timeupdate", () => {
    const now = parts.filter((part) => startOf(part) <= video.currentTime + 0.01).pop();
    for (const part of parts) part.classList.toggle("now", part === now);
    if (now) sentence.textContent = now.dataset.sentence;
  });
}

function playInView(clips) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const video = target.querySelector("video");
      if (!isIntersecting) video.pause();
      else if (!target.dataset.held) video.play().catch(() => { video.controls = true; });
    }
  }, { threshold: 0.6 });
  clips.forEach((clip) => watcher.observe(clip));
}

function taskFilter(toolbar) {
  const words = make("input", { type: "search", placeholder: "Filter tasks" });
  words.setAttribute("aria-label", "Filter tasks by their words");
  const missed = make("input", { type: "checkbox" });
  const count = make("output");
  const more = document.getElementById("more");
  const items = [...document.querySelectorAll("#tasks [data-missed]")];
  const texts = items.map((item) => item.textContent.toLowerCase());
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    items.forEach((item, n) => {
      item.hidden = (missed.checked && item.dataset.missed === "0") || !wanted.every((word) => texts[n].includes(word));
      shown += !item.hidden;
    });
    const filtered = shown < items.length;
    count.textContent = filtered ? `${shown} of ${toolbar.dataset.count}` : "";
    if (more && filtered) more.open = [...more.querySelectorAll("tbody tr")].some((row) => !row.hidden);
  };
  words.addEventListener("input", apply);
  missed.addEventListener("change", apply);
  toolbar.append(words, make("label", { className: "check" }, missed, "Missed at least once"), count);
}

const filter = document.getElementById("filter");
if (filter) taskFilter(filter);
const sheet = document.querySelector(".sheet");
if (sheet) {
  layerControls(sheet, document.getElementById("layers"));
  viewer(sheet, document.getElementById("viewer"));
}
const clips = [...document.querySelectorAll(".clip")];
clips.forEach(player);
playInView(clips);
document.documentElement.dataset.ready = "yes";
