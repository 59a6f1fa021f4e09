// Reads from the payment form how the money is handed over.

import { toFen } from "./fen.js";

/** [{slot, method, isCash, needsReference, referenceLabel, reference, amount, fen}]; fen is null where the amount is unreadable. */
export function readTenders(form, isMixed) {
  const field = (name) => form.elements.namedItem(name);
  const first = form.querySelector("[name=method_1]:checked");
  const second = isMixed ? field("method_2").selectedOptions[0] : null;
  return [first, second].flatMap((choice, index) => {
    if (!choice?.value) return [];
    const slot = index + 1;
    const amount = field(`amount_${slot}`).value.trim();
    const referenceLabel = choice.dataset.reference;
    return [{
      slot,
      method: choice.value,
      isCash: Boolean(choice.dataset.cash),
      needsReference: Boolean(referenceLabel),
      referenceLabel,
      reference: referenceLabel ? field(`reference_${slot}`).value.trim() : "",
      amount,
      fen: amount ? toFen(amount) : 0,
    }];
  });
}

export function sumOf(tenders) {
  return tenders.reduce((sum, tender) => sum + (tender.fen ?? 0), 0);
}
