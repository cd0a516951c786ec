const faults = [];
const shown = (element) => element.outerHTML.slice(0, 120);
const seen = (element) => element.getClientRects().length > 0;
const all = (css) => document.querySelectorAll(css);
const named = (element) =>
  (element.getAttribute("aria-label") || element.labels?.[0]?.textContent ||
    document.getElementById(element.getAttribute("aria-labelledby"))?.textContent ||
    element.textContent || element.title || element.alt || "").trim() !== "";
if (!document.title.trim()) faults.push("no title");
if (!document.documentElement.lang) faults.push("no language");
if (all("main").length !== 1) faults.push("not one main part");
if (all("h1").length !== 1) faults.push("not one main heading");
for (const control of all("input:not([type=hidden]), select, textarea, button, a[href]"))
  if (!named(control)) faults.push("no name: " + shown(control));
const drawn = "svg[role=img]:not([aria-labelledby]):not([aria-label])";
for (const picture of all("img:not([alt]), " + drawn)) faults.push("no text: " + shown(picture));
for (const target of all("button, summary, .choice, .door")) {
  const { width, height } = target.getBoundingClientRect();
  if (seen(target) && (width < 24 || height < 24)) faults.push("too small: " + shown(target));
}
const ids = [...all("[id]")].map((element) => element.id);
for (const id of new Set(ids))
  if (ids.filter((other) => other === id).length > 1) faults.push("id twice: " + id);
let level = 0;
for (const heading of all("h1, h2, h3, h4")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) faults.push("heading skips a level: " + heading.textContent);
  level = next;
}
return faults;
