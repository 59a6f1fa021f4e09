// The keys of the queue above the cashier's page, and the clock beside the number. The buttons work without it.

const bar = () => document.getElementById("queue-bar");
const isBusy = () => Boolean(bar()?.querySelector("form.htmx-request"));

/** The key as it is printed on the button: Shift+F3. */
function keyOf(event) {
  return `${event.shiftKey ? "Shift+" : ""}${event.key}`;
}

function buttonOf(event) {
  const key = keyOf(event);
  // With an account on the screen F4 explains its bill; Shift and F4 call out again all the same.
  if (key === "F4" && document.getElementById("payment")) return null;
  const name = key === "Shift+F4" ? "F4" : key;
  return bar()?.querySelector(`[data-queue-key="${CSS.escape(name)}"]`);
}

document.addEventListener("keydown", (event) => {
  const isOurs = /^F[1-8]$/.test(event.key) && !event.altKey && !event.ctrlKey && event.key !== "F2" && event.key !== "F5";
  if (!isOurs && event.key !== "Escape") return;
  const button = buttonOf(event);
  if (isOurs && event.key !== "F4") event.preventDefault();
  if (!button) return;
  event.preventDefault();
  // A key that is held down, or pressed again before the answer, is one key.
  if (event.repeat || isBusy() || button.disabled) return;
  // A line that came a moment ago may not be wired yet: its form would load the whole page.
  window.htmx?.process(bar());
  button.click();
});

// Nobody takes away a line in which somebody is typing or choosing.
document.addEventListener("htmx:beforeRequest", (event) => {
  const isLook = event.detail.elt?.id === "queue-bar";
  if (isLook && bar().contains(document.activeElement)) event.preventDefault();
});

// A refusal is shown in the line itself, although its status is 422.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "queue-bar" && event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// The look every five seconds brings the same line without what was said: it stays until the next key.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, serverResponse } = event.detail;
  if (target?.id !== "queue-bar" || requestConfig?.verb !== "get") return;
  const said = target.querySelector(".queue-said");
  if (said && Date.now() - saidAt < 6000) event.detail.serverResponse = serverResponse.replace(/<\/section>\s*$/, `${said.outerHTML}</section>`);
});

let saidAt = 0;
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb === "post") saidAt = Date.now();
});

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  for (const element of document.querySelectorAll("#queue-bar [data-since]")) {
    element.textContent = span((Date.now() - Date.parse(element.dataset.since)) / 1000);
  }
  for (const element of document.querySelectorAll("#queue-bar [data-until]")) {
    element.textContent = span((Date.parse(element.dataset.until) - Date.now()) / 1000);
  }
}

tick();
setInterval(tick, 1000);
