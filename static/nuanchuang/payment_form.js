// The form with which money is taken: method, amounts, change, preview. Knows nothing of sending.

import { toFen, toMoney, toPlain } from "./fen.js";
import { previewPayment } from "./payments_api.js";
import { showPreview } from "./payment_preview.js";
import { readTenders, sumOf } from "./tenders.js";

const PREVIEW_AFTER_MS = 150;

export class PaymentForm {
  constructor(element, { say, previewUrl }) {
    this.element = element;
    this.say = say;
    this.previewUrl = previewUrl;
    this.toPay = toFen(element.dataset.toPay);
    this.previewed = null; // the body whose preview is on the screen
    this.preview = null;
    this.question = null; // the preview that is under way: {content, patience, answer}
    this.isMixed = Boolean(this.field("method_2").value);
    this.amountIsOurs = { 1: !this.field("amount_1").value, 2: !this.field("amount_2").value };
    for (const kind of ["input", "change"]) element.addEventListener(kind, (event) => this.changed(event.target));
    element.addEventListener("click", (event) => this.clicked(event));
    element.addEventListener("keydown", (event) => this.keyed(event));
    this.part("[data-payer]")?.addEventListener("toggle", (event) => this.payerToggled(event.target));
    this.arrange();
    this.askPreview();
  }

  field(name) {
    return this.element.elements.namedItem(name);
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  get accountNo() {
    return this.element.dataset.account;
  }

  get methods() {
    return [...this.element.querySelectorAll("[name=method_1]")];
  }

  get chosen() {
    return this.methods.find((method) => method.checked);
  }

  /** The third party whose money it is; null where the customers pay themselves. */
  get payer() {
    return Number(this.field("payer")?.value) || null;
  }

  get keepBox() {
    return this.field("keep_as_credit");
  }

  tenders() {
    return readTenders(this.element, this.isMixed);
  }

  get selected() {
    return [...this.element.querySelectorAll("[name=bills]:checked")];
  }

  /** What is offered beyond what is owed, in fen. */
  surplus() {
    return sumOf(this.tenders()) - this.toPay;
  }

  /** A surplus that cash cannot give back must become prepaid credit, and that is the customer's decision. */
  mustAnswer() {
    return this.surplus() > sumOf(this.tenders().filter((tender) => tender.isCash));
  }

  body() {
    return {
      request_id: this.field("request_id").value,
      account_no: this.accountNo,
      bills: this.selected.map((box) => Number(box.value)),
      tenders: this.tenders().filter((tender) => tender.fen).map(({ method, fen, reference }) => ({ method, amount: toPlain(fen), reference })),
      keep_change_as_credit: this.keepBox.checked,
      payer: this.payer,
    };
  }

  /** The first thing still missing, as {field, sentence}, or null. */
  missing() {
    for (const { slot, amount, fen, needsReference, reference } of this.tenders()) {
      const field = this.field(`amount_${slot}`);
      if (fen === null) return { field, sentence: this.say.amountWrong };
      if (fen === 0) return { field, sentence: amount || this.toPay ? this.say.amountMissing : this.say.nothingSelected };
      if (needsReference && !reference) return { field: this.field(`reference_${slot}`), sentence: this.say.referenceMissing };
    }
    // What another pays too much by card is for the server to refuse: there is nothing to tick.
    if (this.mustAnswer() && !this.keepBox.checked && !this.payer) return { field: this.keepBox, sentence: this.say.answerFirst };
    return null;
  }

  refuse(sentence) {
    this.part("[data-refusal]").textContent = sentence;
  }

  focusMethod() {
    (this.chosen ?? this.methods[0]).focus();
  }

  /** Choose by the digit printed on the method: the last one is "mixed". */
  choose(digit) {
    const methods = this.methods;
    if (digit < 1 || digit > methods.length + 1) return false;
    const becomesMixed = digit > methods.length;
    const choice = becomesMixed ? (this.isMixed ? this.chosen : methods[0]) : methods[digit - 1];
    if (choice && !choice.checked) {
      choice.checked = true;
      this.amountIsOurs[1] = true;
    }
    this.setMixed(becomesMixed);
    this.refuse("");
    this.arrange();
    const next = this.field(choice?.dataset.reference ? "reference_1" : "amount_1");
    next.focus();
    next.select();
    this.askPreview();
    return true;
  }

  setMixed(isMixed) {
    if (isMixed === this.isMixed) return;
    this.isMixed = isMixed;
    this.amountIsOurs = { 1: true, 2: true };
    const second = this.field("method_2");
    second.value = isMixed ? second.options[Math.min(2, second.options.length - 1)].value : "";
  }

  keyed(event) {
    const typesText = event.target.matches("input:not([type=radio], [type=checkbox]), select");
    const digit = event.altKey ? /^Digit([1-9])$/.exec(event.code)?.[1] : !typesText && /^[1-9]$/.exec(event.key)?.[0];
    if (digit && !event.ctrlKey && !event.metaKey && this.choose(Number(digit))) event.preventDefault();
  }

  toggleKeep() {
    if (this.surplus() <= 0 || this.payer) return;
    this.keepBox.checked = !this.keepBox.checked;
    this.changed(this.keepBox);
  }

  /** Whom nobody sees does not pay: the closed list names nobody. */
  payerToggled(details) {
    const field = this.field("payer");
    if (details.open) field.focus();
    else if (field.value) {
      field.value = "";
      this.changed(field);
    }
  }

  clicked(event) {
    if (event.target.closest("[data-mixed]")) this.choose(this.isMixed ? 1 : this.methods.length + 1);
    const why = event.target.closest("[data-why]");
    if (why) this.toggleWhy(why);
  }

  /** Open or close why the bill where the keyboard is costs what it costs; or the first that is selected. */
  explain() {
    const row = document.activeElement?.closest(".bills tr") ?? this.selected[0]?.closest("tr");
    const why = row?.querySelector("[data-why]") ?? this.part("[data-why]");
    if (why) this.toggleWhy(why);
  }

  toggleWhy(why) {
    const place = document.getElementById(why.getAttribute("aria-controls"));
    const isOpen = place.classList.toggle("is-open");
    why.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const aloud = place.querySelector("[data-aloud]");
    if (!aloud.firstElementChild) window.htmx.ajax("GET", aloud.dataset.aloud, { source: aloud, target: aloud, swap: "innerHTML" });
    place.scrollIntoView({ block: "nearest" });
  }

  changed(field) {
    if (field.name === "amount_1" || field.name === "amount_2") this.amountIsOurs[field.name.at(-1)] = false;
    if (field.name === "method_1") this.amountIsOurs[1] = true;
    this.refuse("");
    this.arrange();
    this.askPreview();
  }

  /** Put on the screen what follows from what was typed. Arithmetic in fen only. */
  arrange() {
    this.element.classList.toggle("is-mixed", this.isMixed);
    this.part("[data-mixed]").setAttribute("aria-pressed", String(this.isMixed));
    this.part("[data-second]").hidden = !this.isMixed;
    this.fillAmounts();
    const tenders = this.tenders();
    for (const slot of [1, 2]) {
      const tender = tenders.find((each) => each.slot === slot);
      const field = this.part(`[data-reference-field="${slot}"]`);
      field.hidden = !tender?.needsReference;
      if (tender?.needsReference) field.querySelector("label").textContent = tender.referenceLabel;
    }
    const surplus = this.surplus();
    const word = this.part("[data-change-word]");
    const offered = tenders.some((tender) => tender.fen);
    const isShort = offered && surplus < 0;
    word.textContent = isShort ? word.dataset.short : this.mustAnswer() ? word.dataset.surplus : word.dataset.change;
    if (this.payer) this.keepBox.checked = false;
    const shown = this.keepBox.checked || !offered ? 0 : Math.abs(surplus);
    this.part("output[data-change]").textContent = toMoney(shown);
    const keep = this.part("[data-keep]");
    keep.hidden = surplus <= 0 || Boolean(this.payer);
    if (surplus <= 0) this.keepBox.checked = false;
    keep.classList.toggle("must-answer", this.mustAnswer());
    const question = this.part("[data-keep-question]");
    question.textContent = question.dataset.keepQuestion.replace("{amount}", toMoney(Math.max(surplus, 0)));
    this.showSums();
  }

  /** Without cash the amount is what is owed; the second of two methods takes what the first leaves. Never over what the clerk typed. */
  fillAmounts() {
    const first = this.field("amount_1");
    const isWhole = this.chosen && !this.chosen.dataset.cash && !this.isMixed && this.toPay > 0;
    if (this.amountIsOurs[1]) first.value = isWhole ? toPlain(this.toPay) : "";
    const rest = this.toPay - (toFen(first.value) ?? 0);
    if (this.isMixed && this.amountIsOurs[2]) this.field("amount_2").value = first.value && rest > 0 ? toPlain(rest) : "";
  }

  showSums() {
    const sum = (key) => this.selected.reduce((total, box) => total + toFen(box.dataset[key]), 0);
    this.part("[data-sum-principal]").textContent = toMoney(sum("principal"));
    const late = this.part("[data-sum-late]");
    late.textContent = toMoney(sum("late"));
    late.parentElement.hidden = sum("late") === 0;
  }

  askPreview() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PREVIEW_AFTER_MS);
  }

  /** Make sure that what is on the screen is what the server would do now. False when there is no answer. */
  async refresh() {
    clearTimeout(this.timer);
    const content = JSON.stringify(this.body());
    if (content === this.previewed) return true;
    if (content !== this.question?.content) this.question = this.ask(content);
    const question = this.question;
    const preview = await question.answer;
    if (this.question !== question) return this.refresh(); // typed on meanwhile: the later question counts
    this.question = null;
    this.part(".due").removeAttribute("aria-busy");
    if (!preview) return false;
    this.show(preview, content);
    // The sum owed may have changed an amount that we fill in ourselves: that is a new question.
    return this.refresh();
  }

  ask(content) {
    this.question?.patience.abort();
    this.part(".due").setAttribute("aria-busy", "true");
    const patience = new AbortController();
    return { content, patience, answer: previewPayment(this.previewUrl, JSON.parse(content), patience) };
  }

  show(preview, content) {
    this.previewed = content;
    this.preview = preview;
    if (preview.to_pay !== undefined) {
      this.toPay = toFen(preview.to_pay);
      showPreview(this.element, preview);
      this.arrange();
    }
    if (preview.refusal && !this.missing()) this.refuse(preview.refusal.detail);
  }
}
