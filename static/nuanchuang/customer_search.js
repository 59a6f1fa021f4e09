// The search box, the list under it, and the panel of the customer who was chosen.

const ASK_AFTER_MS = 150;

export class CustomerSearch {
  constructor(page, report) {
    this.form = page.querySelector(".search");
    this.box = page.querySelector("#search-box");
    this.list = page.querySelector("#results");
    this.place = page.querySelector("#account");
    this.nobody = page.querySelector("#nobody");
    this.report = report; // opened(form, takesFocus), entered(), cleared(), failed()
    this.isEntered = false; // Enter was pressed: what is found takes the focus
    this.opening = null; // the address of the panel under way

    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.keyedInBox(event));
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("keydown", (event) => this.keyedInList(event));
    page.addEventListener("htmx:beforeSwap", (event) => this.arriving(event));
    page.addEventListener("htmx:afterSwap", (event) => this.arrived(event));
    for (const kind of ["sendError", "responseError", "timeout"]) page.addEventListener(`htmx:${kind}`, report.failed);
  }

  get query() {
    return this.box.value.trim();
  }

  get rows() {
    return [...this.list.querySelectorAll("a[data-panel]")];
  }

  get isAnswered() {
    return this.list.querySelector("[data-query]")?.dataset.query === this.query;
  }

  focus() {
    this.box.focus();
    this.box.select();
  }

  clear() {
    clearTimeout(this.timer);
    this.box.value = "";
    this.isEntered = false;
    this.opening = null;
    this.list.replaceChildren();
    this.showNobody();
  }

  showNobody() {
    this.place.replaceChildren(this.nobody.content.cloneNode(true));
    this.report.cleared();
  }

  typed() {
    clearTimeout(this.timer);
    this.isEntered = false;
    this.opening = null;
    // Another name is being typed: the customer on the screen is not the one at the window any more.
    if (this.place.querySelector("form")) this.showNobody();
    if (this.query) this.timer = setTimeout(() => this.ask(), ASK_AFTER_MS);
    else this.list.replaceChildren();
  }

  ask() {
    clearTimeout(this.timer);
    window.htmx.trigger(this.form, "find");
  }

  keyedInBox(event) {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (!this.query) return;
      this.isEntered = true;
      if (this.place.querySelector("form")) this.report.entered();
      else if (this.isAnswered) this.act();
      else this.ask();
    } else if (event.key === "ArrowDown" && this.rows.length) {
      event.preventDefault();
      this.rows[0].focus();
    } else if (event.altKey && /^[0-9]$/.test(event.key)) {
      event.preventDefault();
      this.openNumber(event.key);
    }
  }

  keyedInList(event) {
    const at = this.rows.indexOf(document.activeElement);
    if (event.key === "ArrowDown") this.rows[Math.min(at + 1, this.rows.length - 1)].focus();
    else if (event.key === "ArrowUp") (at > 0 ? this.rows[at - 1] : this.box).focus();
    else if (/^[0-9]$/.test(event.key)) this.openNumber(event.key);
    else return;
    event.preventDefault();
  }

  clicked(event) {
    const row = event.target.closest("a[data-panel]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(row, true);
  }

  openNumber(digit) {
    const row = this.rows[(Number(digit) + 9) % 10];
    if (row) this.open(row, true);
  }

  open(row, takesFocus) {
    this.isEntered = takesFocus;
    this.opening = row.dataset.panel;
    window.htmx.ajax("GET", this.opening, { source: "#account", target: "#account", swap: "innerHTML" });
  }

  /** One result opens at once; of several, Enter goes into the list. */
  act() {
    if (this.rows.length === 1) this.open(this.rows[0], this.isEntered);
    else if (this.isEntered) this.rows[0]?.focus();
  }

  arriving({ detail }) {
    // A redirect answered with another page: the session has ended. Load the page, so that it asks to sign in.
    const { pathname } = new URL(detail.xhr.responseURL || location.href, location.href);
    if (pathname !== new URL(detail.pathInfo.requestPath, location.href).pathname) {
      detail.shouldSwap = false;
      location.reload();
    } else if (detail.target === this.place && detail.pathInfo.requestPath !== this.opening) {
      detail.shouldSwap = false; // the clerk has typed on since
    }
  }

  arrived({ detail }) {
    if (detail.target === this.list && this.isAnswered) this.act();
    if (detail.target === this.place) {
      this.opening = null;
      this.list.replaceChildren();
      this.report.opened(this.place.querySelector("form"), this.isEntered);
    }
  }
}
