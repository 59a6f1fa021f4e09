// The one payment of this tab whose end is not known yet. It is written down before the request leaves,
// so that a reload, a crash of the page or a lost reply cannot make the cashier take the money twice.

const KEY = "nuanchuang.unsettled";
let kept = null; // for a browser whose storage is switched off: then it lasts until the reload

function write(entry) {
  kept = entry;
  try {
    if (entry) sessionStorage.setItem(KEY, JSON.stringify(entry));
    else sessionStorage.removeItem(KEY);
  } catch {
    // kept above
  }
}

/** {request_id, account_no, amount, sent_at, state: "SENT" | "NOT_TAKEN"} or null. */
export function unsettled() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? kept;
  } catch {
    return kept;
  }
}

export function isUnderWay() {
  return unsettled()?.state === "SENT";
}

export function keep(body, amount) {
  const { request_id, account_no } = body;
  write({ request_id, account_no, amount, sent_at: Date.now(), state: "SENT" });
}

/** The server has said that it knows nothing of it. Confirming again uses the same request_id: at worst it is answered, never taken twice. */
export function markNotTaken() {
  const entry = unsettled();
  if (entry) write({ ...entry, state: "NOT_TAKEN" });
}

export function forget() {
  write(null);
}
