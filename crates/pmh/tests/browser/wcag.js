const faults = [];
const seen = (element) => element.getClientRects().length > 0;
const named = (element) =>
  (element.getAttribute("aria-label") || element.labels?.[0]?.textContent ||
    document.getElementById(element.getAttribute("aria-labelledby"))?.textContent ||
    element.textContent || element.title || element.alt || "").trim() !== "";
if (!document.title.trim()) faults.push("no title");
if (!document.documentElement.lang) faults.push("no language");
if (document.querySelectorAll("main").length !== 1) faults.push("not one main part");
if (document.querySelectorAll("h1").length !== 1) faults.push("not one main heading");
for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]"))
  if (!named(control)) faults.push("no name: " + control.outerHTML.slice(0, 120));
for (const picture of document.querySelectorAll("img:not([alt]), svg[role=img]:not([aria-labelledby]):not([aria-label])"))
  faults.push("no text: " + picture.outerHTML.slice(0, 120));
for (const target of document.querySelectorAll("button, summary, .choice, .door")) {
  const { width, height } = target.getBoundingClientRect();
  if (seen(target) && (width < 24 || height < 24)) faults.push("too small: " + target.outerHTML.slice(0, 120));
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push("id twice: " + id);
let level = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) faults.push("heading skips a level: " + heading.textContent);
  level = next;
}
return faults;
