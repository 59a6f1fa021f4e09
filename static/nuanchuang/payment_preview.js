// Fills the page from the JSON of the preview, with the same markup that the server renders.

import { toFen, toMoney } from "./fen.js";

function row(template, title, amount) {
  const item = template.content.cloneNode(true);
  item.querySelector("[data-title]").textContent = title;
  item.querySelector("[data-amount]").textContent = amount;
  return item;
}

export function showPreview(form, preview) {
  const money = (text) => toMoney(toFen(text));
  const owes = (text) => text && toFen(text) > 0;

  form.querySelector("[data-due]").textContent = `¥ ${money(preview.to_pay)}`;

  const credit = form.querySelector("[data-credit]");
  credit.textContent = owes(preview.credit_used) ? money(preview.credit_used) : "0.00";
  credit.parentElement.hidden = !owes(preview.credit_used);

  const template = form.querySelector("template[data-allocation-line]");
  const rows = (preview.lines ?? []).map((line) => {
    const late = owes(line.late_charge) ? ` + ${money(line.late_charge)}` : "";
    return row(template, line.title, money(line.principal) + late);
  });
  if (owes(preview.deposit)) rows.push(row(template, template.dataset.deposit, money(preview.deposit)));
  form.querySelector("[data-allocation-lines]").replaceChildren(...rows);
}
