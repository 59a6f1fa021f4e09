// The cashier's page: find, choose, take, print, next. Everything here also works as plain links and forms.

import { PaymentForm } from "./payment_form.js";
import { findPayment, sendPayment } from "./payments_api.js";
import { printReceipt } from "./receipt_printer.js";
import { CustomerSearch } from "./customer_search.js";
import { forget, isUnderWay, keep, markNotTaken, unsettled } from "./unsettled.js";
import { toFen, toMoney, toPlain } from "./fen.js";

// A payment that the server does not know 10 s after it was sent is not on its way any more:
// the server gives up a request sooner. Before that a 404 may only mean "not yet".
const SETTLED_AFTER_MS = 10_000;

const page = document.getElementById("counter");
const say = Object.fromEntries(
  Object.entries(page.dataset)
    .filter(([key]) => key.startsWith("say"))
    .map(([key, sentence]) => [key[3].toLowerCase() + key.slice(4), sentence]),
);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

let payment = null; // the PaymentForm on the screen
let isBusy = false; // from the first Enter until the end of that payment is known

const search = new CustomerSearch(page, {
  opened,
  cleared: () => { payment = null; },
  entered: () => payment.focusMethod(),
  failed: () => tell("late", say.noAnswer),
});

function tell(tone, sentence, { change, isWaiting = false } = {}) {
  const place = document.getElementById("outcome");
  const line = document.getElementById("outcome-line").content.cloneNode(true);
  line.querySelector(".notice").classList.add(`notice-${tone}`);
  line.querySelector(".spinner").hidden = !isWaiting;
  line.querySelector("[data-sentence]").textContent = sentence;
  if (change && toFen(change) > 0) {
    line.querySelector("[data-change]").textContent = toMoney(toFen(change));
    line.querySelector(".outcome-change").hidden = false;
  }
  place.querySelector(".outcome")?.remove();
  place.prepend(line);
}

function hush() {
  document.querySelector("#outcome .outcome")?.remove();
}

function opened(element, takesFocus) {
  payment = new PaymentForm(element, { say, previewUrl: page.dataset.previewUrl });
  const earlier = unsettled();
  // Confirming an unanswered payment again must be the same request, whatever became of the first.
  if (earlier?.state === "NOT_TAKEN" && earlier.account_no === payment.accountNo) {
    payment.field("request_id").value = earlier.request_id;
  }
  busy(isBusy);
  if (!isBusy) hush();
  if (takesFocus) payment.focusMethod();
}

function busy(flag) {
  isBusy = flag;
  const button = payment?.part("[data-confirm]");
  if (button) button.disabled = flag;
}

async function confirm() {
  if (isBusy) {
    payment.refuse(say.oneAtATime);
    return;
  }
  const missing = payment.missing();
  if (missing) {
    payment.refuse(missing.sentence);
    missing.field.focus();
    return;
  }
  busy(true);
  const asked = payment;
  const toPay = asked.toPay;
  const isAnswered = await asked.refresh();
  const objection = isAnswered ? objectionTo(asked, toPay) : say.noAnswer;
  if (objection || payment !== asked) {
    busy(false);
    asked.refuse(objection);
    return;
  }
  hush();
  await take(asked.body());
}

/** Why the payment cannot be sent although nothing was missing before the server was asked. */
function objectionTo(form, toPay) {
  if (form.preview.refusal) return form.preview.refusal.detail;
  // Nobody confirms a sum that was not on the screen.
  if (form.toPay !== toPay) return say.sumChanged;
  return form.missing()?.sentence ?? "";
}

async function take(body) {
  const total = body.tenders.reduce((sum, tender) => sum + toFen(tender.amount), 0);
  keep(body, toPlain(total));
  const { kind, answer } = await sendPayment(page.dataset.paymentsUrl, body);
  if (kind === "taken") taken(answer, body.account_no);
  else if (kind === "refused") refused(answer);
  else await settle();
}

async function taken(answer, accountNo) {
  forget();
  busy(false);
  tell("done", answer.message, { change: answer.change });
  // While it was being found out, the cashier may have gone on to another customer: leave that one alone.
  const isStillHere = !payment || payment.accountNo === accountNo;
  const goOn = () => { if (isStillHere) search.focus(); };
  if (isStillHere) search.clear();
  goOn();
  if (!(await printReceipt(answer.print_url, goOn))) {
    tell("wait", `${answer.message} ${say.notPrinted}`, { change: answer.change });
  }
  showRecent();
}

function showRecent() {
  window.htmx.ajax("GET", page.dataset.recentUrl, { source: "#recent", target: "#recent", swap: "innerHTML" });
}

function refused(answer) {
  forget();
  busy(false);
  const sentence = answer?.detail ?? say.refused;
  if (payment) payment.refuse(sentence);
  else tell("late", sentence);
}

/** Ask until it is known what became of the payment that was sent. Nothing else can be confirmed meanwhile. */
async function settle() {
  busy(true);
  tell("wait", say.checking, { isWaiting: true });
  const entry = unsettled();
  for (let wait = 500; ; wait = Math.min(wait * 2, 4000)) {
    const { kind, answer } = await findPayment(page.dataset.paymentsUrl, entry.request_id);
    if (kind === "taken") return taken(answer, entry.account_no);
    if (kind === "absent" && Date.now() - entry.sent_at > SETTLED_AFTER_MS) return notTaken(entry);
    if (kind === "refused") tell("late", say.signedOut);
    else tell("wait", kind === "absent" ? say.checking : say.stillChecking, { isWaiting: true });
    await pause(wait);
  }
}

function notTaken(entry) {
  markNotTaken();
  busy(false);
  if (payment?.accountNo === entry.account_no) {
    payment.field("request_id").value = entry.request_id;
    tell("late", say.notTaken);
    payment.part("[data-confirm]").focus();
  } else {
    tell("late", fill(say.notTakenEarlier, { amount: toMoney(toFen(entry.amount)), account: entry.account_no }));
    search.focus();
  }
}

page.addEventListener("submit", async (event) => {
  if (event.target.id === "payment") {
    event.preventDefault();
    confirm();
  } else if (event.target.matches("[data-reprint]")) {
    event.preventDefault();
    const isPrinted = await printReceipt(event.target.action, () => search.focus());
    tell(isPrinted ? "done" : "late", isPrinted ? say.reprinted : say.notPrinted);
    showRecent();
    search.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "F2") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "F4" && !event.altKey && !event.shiftKey && payment) {
    event.preventDefault();
    payment.explain();
  } else if (event.key === "F10") {
    event.preventDefault();
    document.querySelector("[data-gas-card]")?.click();
  } else if (event.key === "F9" && payment) {
    event.preventDefault();
    payment.toggleKeep();
  } else if (event.key === "Escape" && !event.isComposing) {
    event.preventDefault();
    if (isBusy) return;
    hush();
    search.clear();
    search.focus();
  }
});

window.addEventListener("beforeunload", (event) => {
  if (isUnderWay()) event.preventDefault();
});

const shown = document.getElementById("payment");
if (shown) opened(shown, true);
else search.focus();
if (isUnderWay()) settle();
