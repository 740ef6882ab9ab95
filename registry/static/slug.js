// While a name is typed, the short name follows it, until somebody types another.
"use strict";

for (const name of document.querySelectorAll("[data-names]")) {
  const slug = document.getElementById(name.dataset.names);
  if (!slug) continue;
  const letters = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };
  const suggested = () =>
    name.value.toLowerCase().replace(/[äöüß]/g, (letter) => letters[letter]).normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "").match(/[a-z0-9]+/g)?.join("-").slice(0, 64).replace(/-$/, "") ?? "";
  let follows = slug.value === "";
  name.addEventListener("input", () => { if (follows) slug.value = suggested(); });
  slug.addEventListener("input", () => { follows = slug.value === ""; });
}
