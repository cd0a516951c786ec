// Conveniences only: every page works without this file.
"use strict";

// A button beside each number that copies it exactly as it was sent.
for (const digits of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "コピー";
  button.setAttribute("aria-live", "polite");
  const name = digits.closest("div")?.querySelector("dt")?.textContent ?? "";
  button.setAttribute("aria-label", `${name}をコピー`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(digits.textContent);
    button.textContent = "コピーしました";
    setTimeout(() => { button.textContent = "コピー"; }, 2000);
  });
  digits.after(button);
}

// A form is sent once, and says that it is on its way.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// A question that hangs on the answer to another comes and goes with it.
for (const question of document.querySelectorAll("[data-when]")) {
  const fields = document.getElementsByName(question.dataset.when);
  const wanted = question.dataset.is.split(" ");
  const turn = () => {
    const chosen = [...fields].find((field) => field.checked);
    const asked = !fields[0]?.closest(".question").hidden;
    question.hidden = !(asked && chosen && wanted.includes(chosen.value));
  };
  question.closest("form").addEventListener("change", turn);
}

// Work in progress: the part that changes is fetched again, unless somebody is in it.
const live = document.querySelector("[data-live]");
if (live) {
  const again = async () => {
    if (!document.hidden && !live.contains(document.activeElement)) {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!answer.ok || !fresh) { location.reload(); return; }
      live.replaceChildren(...fresh.childNodes);
      if (fresh.dataset.live !== "running") return;
    }
    setTimeout(again, 2000);
  };
  if (live.dataset.live === "running") setTimeout(again, 2000);
}

// A dose that was given stays in the browser, sealed, until the record has it: each under the
// beginning of its draft, which no two share.
const kept = "pmh-drafts";
const drafts = () => JSON.parse(localStorage.getItem(kept) ?? "{}");
const keep = (all) => localStorage.setItem(kept, JSON.stringify(all));
const forget = (id) => { const all = drafts(); delete all[id]; keep(all); };
for (const form of document.querySelectorAll("form[data-draft]")) {
  form.addEventListener("submit", () => {
    const draft = form.elements.draft.value;
    const at = new Date().toLocaleString("ja-JP");
    keep({ ...drafts(), [draft.slice(0, 32)]: { draft, what: `${form.dataset.draft} ${at}` } });
  });
}
const done = document.querySelector("[data-draft-done]");
if (done?.dataset.draftDone) forget(done.dataset.draftDone);
const unfinished = document.querySelector("[data-draft-kept]");
for (const [id, { draft, what }] of Object.entries(unfinished ? drafts() : {})) {
  const form = unfinished.cloneNode(true);
  form.elements.draft.value = draft;
  form.querySelector("[data-draft-what]").textContent = what;
  form.querySelector("[data-draft-forget]").addEventListener("click", () => {
    forget(id);
    form.remove();
  });
  form.hidden = false;
  unfinished.after(form);
}
