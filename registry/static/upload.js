// A package can be dropped anywhere on its form; how far it is on its way is shown; what was chosen stays chosen.
"use strict";

const region = () => document.querySelector("[data-upload]");

function begin(place) {
  const form = place.querySelector("form");
  const file = form.querySelector("input[type=file]");
  const told = form.querySelector(".told");
  const bar = form.querySelector(".kern-progress");
  const drop = form.querySelector(".drop");
  let pressed = null;

  const fits = () => {
    const large = file.files.length && file.files[0].size > Number(place.dataset.limit);
    told.textContent = large ? place.dataset.large : "";
    return !large;
  };
  file.addEventListener("change", fits);
  form.addEventListener("click", (event) => { pressed = event.target.closest("button[name]") || pressed; });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("drop--over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        file.files = event.dataTransfer.files;
        fits();
        file.focus();
      }
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!fits()) return file.focus();
    const button = event.submitter || pressed || form.querySelector("button[name]");
    const data = new FormData(form);
    data.append(button.name, button.value);
    const buttons = form.querySelectorAll("button");
    const wait = (waits) => {
      bar.hidden = !waits || !file.files.length;
      for (const each of buttons) each.disabled = waits;
    };
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const part = Math.floor((100 * loaded) / total);
      bar.querySelector("progress").value = part;
      told.textContent = loaded < total ? `${place.dataset.sending} ${part} %` : place.dataset.checking;
    });
    request.addEventListener("load", () => answered(request, form.action, file.files));
    request.addEventListener("error", () => {
      wait(false);
      told.textContent = place.dataset.failed;
      button.focus();
    });
    wait(true);
    told.textContent = place.dataset.sending;
    request.send(data);
  });
}

// Where all went well we were led on; else the same page comes back, with what is wrong.
function answered(request, sent, files) {
  const shown = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = shown.querySelector("main");
  if (request.responseURL !== sent) return location.assign(request.responseURL);
  if (!main) return location.reload();
  document.title = shown.title;
  document.querySelector("main").replaceWith(main);
  const again = region();
  if (again) {
    const file = again.querySelector("input[type=file]");
    file.files = files;
    for (const needless of main.querySelectorAll(".again")) needless.remove();
    begin(again);
  }
  scrollTo(0, 0);
  (main.querySelector("#errors") || main).focus();
}

if (region()) begin(region());
