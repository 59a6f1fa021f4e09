// The count of the drawer: amounts beside the pieces, and Enter walks down the list.

import { toFen, toMoney } from "./fen.js";

const form = document.querySelector("[data-cash-count]");
const boxes = [...form.querySelectorAll("input[data-value]")];

function show() {
  let total = 0;
  for (const box of boxes) {
    const pieces = /^\d{1,6}$/.test(box.value.trim()) ? Number(box.value.trim()) : 0;
    const amount = pieces * toFen(box.dataset.value);
    box.closest("tr").querySelector("output").textContent = toMoney(amount);
    total += amount;
  }
  form.querySelector("[data-total]").textContent = toMoney(total);
}

form.addEventListener("input", show);
form.addEventListener("keydown", (event) => {
  const at = boxes.indexOf(event.target);
  if (at < 0) return;
  const isLast = at === boxes.length - 1;
  const step = { Enter: isLast ? 0 : 1, ArrowDown: isLast ? 0 : 1, ArrowUp: at ? -1 : 0 }[event.key];
  if (!step) return;
  event.preventDefault();
  boxes[at + step].focus();
  boxes[at + step].select();
});
show();
