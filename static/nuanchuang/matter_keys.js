// Arrows choose a matter, Enter opens it, a key opens what can be done; Ctrl+Enter sends the form one is in.

const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");

function chooseBeside(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const index = rows.findIndex((row) => row.classList.contains("is-shown"));
  rows[index + step]?.querySelector("[data-choose]")?.click();
}

function openAct(key) {
  const act = document.querySelector(`[data-act="${CSS.escape(key)}"]`);
  if (!act) return false;
  act.open = true;
  act.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
  return true;
}

const moves = {
  ArrowDown: () => chooseBeside(1),
  ArrowUp: () => chooseBeside(-1),
  "/": () => document.querySelector("[data-find]")?.focus(),
  n: () => document.querySelector('[data-key="n"]')?.click(),
  Enter: () => document.querySelector("[data-open]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.target.closest("form")?.requestSubmit();
    return;
  }
  if (event.ctrlKey || typing(event.target)) return;
  // A button or a link that has the keyboard does its own Enter.
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (openAct(key)) {
    event.preventDefault();
    return;
  }
  const move = moves[key];
  if (!move || !document.querySelector("[data-row], [data-find]")) return;
  event.preventDefault();
  move();
});
