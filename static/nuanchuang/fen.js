// Money in the browser is a whole number of fen. No amount ever passes through a fraction.

const AMOUNT = /^(\d{1,10})(?:\.(\d{0,2}))?$/;

/** "2,400.5" → 240050. Takes what an input method may leave: full-width digits, 。 for the point, spaces. Null if it is no amount. */
export function toFen(text) {
  const plain = String(text).normalize("NFKC").replaceAll("。", ".").replace(/[\s,¥]/g, "");
  const parts = AMOUNT.exec(plain);
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0")) : null;
}

/** 240050 → "2400.50", as the server reads it. */
export function toPlain(fen) {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 240050 → "2,400.50", as people read it. */
export function toMoney(fen) {
  return toPlain(fen).replace(/\B(?=(\d{3})+\.)/g, ",");
}
